internal import FleetGuard

/// Turns the text of a `roster.toml` into a roster, or into one error that names file, line and column.
enum RosterDecoder {
    static func decode(_ bytes: [UInt8], file: String) throws(FleetError) -> Roster {
        try decode(
            RosterReader.open(
                bytes, file: file, title: "the roster", example: "[holder] or [[agent]]",
                correction:
                    "correct the line; 'mosaic fleet init' writes a commented example where there is no roster",
                known: ["version", "holder", "guard", "settle", "defaults", "events", "agent"]))
    }

    private static func decode(_ root: RosterReader) throws(FleetError) -> Roster {
        let source = root.source
        guard let version = try root.integer("version") else {
            throw source.error(at: nil, "version is missing", hint: "begin the file with a line: version = 1")
        }
        guard version == 1 else {
            throw root.error(
                "version", "version is \(version), this program reads version 1",
                hint: version > 1 ? "use a newer mosaic, or write version = 1" : "write version = 1")
        }
        let holder = try holder(root.table("holder", known: ["unit", "socket"]))
        var defaults = AgentTable()
        if let table = try root.table("defaults", known: AgentTable.keys) {
            defaults = try AgentTable(table, owner: "[defaults]")
        }
        return Roster(
            origin: .file(source.file), holder: holder,
            guardSettings: try guardSettings(root.table("guard", known: ["stall_after", "max_wait", "mutex"])),
            settle: try settle(root.table("settle", known: ["timeout", "stable_for"])),
            events: try events(root.table("events", known: ["command"])),
            agents: try agents(
                root.tables("agent", known: ["name"] + AgentTable.keys), defaults: defaults, holder: holder.unit))
    }

    private static func holder(_ table: RosterReader?) throws(FleetError) -> Roster.Holder {
        var holder = Roster.Holder(unit: try Roster.defaultHolder)
        guard let table else { return holder }
        if let text = try table.string("unit") {
            holder.unit = try table.placed("unit") { () throws(FleetError) in try UnitName(text) }
            guard text.ends(with: ".service"), !text.has("@") else {
                throw table.error(
                    "unit", "unit: '\(text)' is not a plain service",
                    hint: "name a unit such as mosaic-tmux-holder.service")
            }
        }
        if let text = try table.string("socket") {
            holder.socket = try table.placed("socket") { () throws(FleetError) in try TmuxSocket(parsing: text) }
        }
        return holder
    }

    private static func guardSettings(_ table: RosterReader?) throws(FleetError) -> Roster.GuardSettings {
        guard let table else { return Roster.GuardSettings() }
        var settings = Roster.GuardSettings(
            stallAfter: try table.duration("stall_after", zeroAllowed: false),
            maxWait: try table.duration("max_wait", zeroAllowed: true))
        if let word = try table.string("mutex") {
            guard let mutex = MutexChoice(rawValue: word) else {
                throw table.error(
                    "mutex", "mutex is '\(Printable.oneLine(word))'", hint: "write \"auto\", \"kernel\" or \"path\"")
            }
            settings.mutex = mutex
        }
        return settings
    }

    private static func settle(_ table: RosterReader?) throws(FleetError) -> Roster.SettleSettings {
        guard let table else { return Roster.SettleSettings() }
        return Roster.SettleSettings(
            timeout: try table.duration("timeout", zeroAllowed: false),
            stableFor: try table.duration("stable_for", zeroAllowed: true))
    }

    private static func events(_ table: RosterReader?) throws(FleetError) -> Roster.EventSettings {
        guard let table, let command = try table.strings("command") else { return Roster.EventSettings() }
        guard command.first?.isEmpty == false else {
            throw table.error(
                "command", "command of [events] is empty",
                hint: "write program and arguments, such as command = [\"/home/me/bin/tell-me\"]")
        }
        return Roster.EventSettings(command: command)
    }

    private static func agents(
        _ tables: [RosterReader], defaults: AgentTable, holder: UnitName
    ) throws(FleetError) -> [Roster.Agent] {
        var agents: [Roster.Agent] = []
        // With the table, not its line: a line is found by counting, which only an error is worth.
        var sessions: [String: (name: AgentName, table: RosterReader)] = [:]
        for table in tables {
            let agent = try agent(table, defaults: defaults)
            if let other = sessions[agent.name.sessionName] {
                let line = other.table.source.outline.value(other.table.path + [.key("name")])?.line ?? 0
                throw table.error(
                    "name",
                    other.name == agent.name
                        ? "agent '\(agent.name)' is already in line \(line)"
                        : "agent '\(agent.name)' would have the tmux session of '\(other.name)' in line \(line)",
                    hint: other.name == agent.name
                        ? "give each agent a name of its own" : "tmux writes '.' as '_' in session names: rename one")
            }
            guard agent.unit != holder else {
                throw table.error("name", "\(agent.unit) is the holder", hint: "rename the agent or the holder's unit")
            }
            sessions[agent.name.sessionName] = (agent.name, table)
            agents.append(agent)
        }
        return agents
    }

    private static func agent(_ table: RosterReader, defaults: AgentTable) throws(FleetError) -> Roster.Agent {
        guard let text = try table.string("name") else {
            throw table.error("name", "\(table.title) has no name", hint: "add a line such as name = \"planner\"")
        }
        let name = try table.placed("name") { () throws(FleetError) in try AgentName(text) }
        let own = try AgentTable(table, owner: "agent '\(name)'", over: defaults)
        return Roster.Agent(
            name: name, unit: try name.unit, command: own.command ?? [], directory: own.directory,
            autostart: own.autostart ?? true, settings: own.settings)
    }
}
