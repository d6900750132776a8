/// A private user manager with a fleet that `mosaic fleet init` installed: real systemd, real tmux, light commands.
/// Torn down with this object.
package final class RealFleet {
    package let environment: [String: String]
    package let names: [String]
    /// For files of the test's own.
    package let folder = FakeDirectory()
    private let harness: TestProcess

    package static let holder = "mosaic-tmux-holder.service"
    package var agents: [String] { names.map { "mosaic-agent@\($0).service" } }

    /// The fleet is installed and up.
    /// - Parameter script: what `/bin/sh` runs as agent `$2`, with the folder of the test's own files as `$1`; nil: it
    ///   sleeps.
    package init(agents count: Int, startsIt: Bool = true, script: String? = nil) throws {
        names = (1...count).map { ($0 < 10 ? "a0" : "a") + "\($0)" }
        let search = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        harness = try TestProcess(
            [try BuiltProduct.source("Scripts/user-manager"), "serve"],
            environment: ["PATH": search, "HOME": folder.path, "LANG": "C.UTF-8"], input: .open)
        let process = harness
        let line = try eventually("a private user manager", within: .seconds(40), state: process.errors) {
            guard process.isRunning else { throw DeadlineMissed("Scripts/user-manager ended: \(process.errors)") }
            return process.output.contains("\n") ? process.output : nil
        }
        var environment = ["PATH": search, "LANG": "C.UTF-8"]
        for (name, value) in try JSONText(line).object { environment[name] = value as? String }
        self.environment = environment
        try ScriptedHome.makeFolder(fleetPath.replacingLast("/fleet", with: ""))
        try ScriptedHome.makeFolder(fleetPath)
        let path = folder.path + "/agent.sh"
        try ScriptedHome.write(script ?? "", to: path)
        let command = { (name: String) in
            script == nil ? ["sleep", "infinity"] : ["/bin/sh", path, self.folder.path, name]
        }
        try ScriptedHome.write(
            "version = 1\n[holder]\nsocket = \"mosaic-fleet\"\n"
                + names.map { "[[agent]]\nname = \"\($0)\"\ncommand = \(command($0))\n" }.joined(),
            to: fleetPath + "/roster.toml")
        try must(mosaic("init"))
        if startsIt { try must(mosaic("start", "--stable-for", "0")) }
    }

    deinit {
        harness.endInput()
        do {
            try harness.wait(within: .seconds(20))
        } catch {
            // Killed with the object; its keeper tears down all the same.
        }
    }

    package var homePath: String { (environment["XDG_CONFIG_HOME"] ?? "/nonexistent") + "/mosaic" }
    package var fleetPath: String { (environment["XDG_CONFIG_HOME"] ?? "/nonexistent") + "/mosaic/fleet" }
    package var unitFolder: String { (environment["XDG_CONFIG_HOME"] ?? "/nonexistent") + "/systemd/user" }

    // MARK: Processes

    package func mosaic(
        _ words: String..., backend: String = "auto", sharedError: String? = nil
    ) throws -> TestProcess {
        try mosaic(words, backend: backend, sharedError: sharedError)
    }

    package func mosaic(
        _ words: [String], backend: String = "auto", sharedError: String? = nil
    ) throws -> TestProcess {
        // What stands behind the terminator is an agent's command, or that of a lock run.
        let end = words.firstIndex(of: "--") ?? words.endIndex
        return try TestProcess(
            [try BuiltProduct.path("mosaic"), "fleet"] + words[..<end] + ["--backend", backend] + words[end...],
            environment: environment, sharedError: sharedError)
    }

    /// Runs the process to its end, which must be exit status 0.
    package func must(_ process: TestProcess, within limit: Duration = .seconds(60)) throws {
        let end = try process.wait(within: limit)
        guard end == .exit(0) else { throw DeadlineMissed("\(end): \(process.output) \(process.errors)") }
    }

    /// - Returns: its standard output.
    @discardableResult
    package func systemctl(_ words: String...) throws -> String { try systemctl(words) }

    @discardableResult
    package func systemctl(_ words: [String]) throws -> String {
        let process = try TestProcess(["/usr/bin/systemctl", "--user"] + words, environment: environment)
        try process.wait()
        return process.output
    }

    /// Somebody's own settings for a unit, as files of their own beside those of `init`.
    package func addDropIn(_ unit: String, _ text: String) throws {
        try ScriptedHome.makeFolder("\(unitFolder)/\(unit).d", mode: 0o755)
        try ScriptedHome.write(text, to: "\(unitFolder)/\(unit).d/50-local.conf")
        try systemctl("daemon-reload")
    }

    // MARK: What is there

    package func sessions() throws -> [String] {
        let tmux = try TestProcess(
            ["/usr/bin/tmux", "-N", "-L", "mosaic-fleet", "list-sessions", "-F", "#{session_name}"],
            environment: environment)
        try tmux.wait()
        return tmux.output.split(separator: "\n").map(String.init).sorted()
    }

    package struct Unit: Sendable {
        package var name: String
        package var active: String
        package var sub: String
        package var result: String
        package var restarts: Int
        package var invocation: String
        /// Microseconds of the monotonic clock at which it became active.
        package var activeEnter: Int
    }

    /// The holder first. Asked of systemd itself, not of the program under test.
    package func units() throws -> [Unit] {
        let properties = "Id,ActiveState,SubState,Result,NRestarts,InvocationID,ActiveEnterTimestampMonotonic"
        let process = try TestProcess(
            ["/usr/bin/systemctl", "--user", "show", "-p", properties, Self.holder] + agents, environment: environment)
        try process.wait()
        var units: [Unit] = []
        var fields: [String: String] = [:]
        func end() {
            guard let name = fields["Id"] else { return }
            units.append(
                Unit(
                    name: name, active: fields["ActiveState"] ?? "", sub: fields["SubState"] ?? "",
                    result: fields["Result"] ?? "", restarts: Int(fields["NRestarts"] ?? "") ?? -1,
                    invocation: fields["InvocationID"] ?? "",
                    activeEnter: Int(fields["ActiveEnterTimestampMonotonic"] ?? "") ?? -1))
            fields = [:]
        }
        for line in process.output.split(separator: "\n", omittingEmptySubsequences: false) {
            guard let equals = line.firstIndex(of: "=") else {
                end()
                continue
            }
            fields[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        end()
        return units
    }

    /// What is wrong with the fleet: empty when every unit is up in its first run, started after its holder, and every
    /// session is there.
    package func troubles() throws -> [String] {
        let units = try units()
        guard units.count == names.count + 1, let holder = units.first else {
            return ["\(units.count) units are known"]
        }
        var found: [String] = []
        for unit in units {
            if unit.active != "active" || unit.sub != "running" || unit.restarts != 0 { found.append("\(unit)") }
            if unit.activeEnter < holder.activeEnter { found.append("\(unit.name) is older than its holder") }
        }
        let sessions = try sessions()
        if sessions != names { found.append("sessions: \(sessions)") }
        return found
    }
}

extension String {
    /// Without the ending, or with another one.
    func replacingLast(_ ending: String, with other: String) -> String {
        hasSuffix(ending) ? String(dropLast(ending.count)) + other : self
    }
}
