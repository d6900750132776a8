internal import ArgumentParser
internal import FleetGuard
internal import FleetKit
internal import Glibc

/// `mosaic fleet send`: types into an agent without attaching to it.
struct SendCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "send", abstract: "Type text or keys into an agent.",
        usage: "mosaic fleet send AGENT [TEXT…|-] [--enter] [--keys] [--when-idle]",
        discussion: """
            Example: mosaic fleet send planner --enter 'run the tests again'

            Exit status: 3 the agent is down, 75 it accepts no input now or was busy until --deadline.
            """)

    @Argument(help: ArgumentHelp("Agent to type into.", valueName: "agent"), completion: .agents)
    var agent: String

    @Argument(
        help: ArgumentHelp(
            "Text, its words joined by spaces; - is standard input. Put -- before text that begins with a hyphen.",
            valueName: "text"))
    var text: [String] = []

    @Flag(help: "Press Enter after the text.") var enter = false

    @Flag(help: "Treat each word as a key name, such as C-c or F5.") var keys = false

    @Flag(help: "Wait until the agent is not busy.") var whenIdle = false

    @Option(duration: "With --when-idle: longest wait. (default: 10m)", "0", "1m", "5m", "10m", "30m", "1h")
    var deadline: Duration?

    @OptionGroup(title: "Common options") var common: CommonOptions

    func validate() throws {
        if text.isEmpty && !enter {
            throw ValidationError("nothing to type: give a text, or - for standard input")
        }
        if text.isEmpty && keys { throw ValidationError("--keys needs key names") }
        if keys && enter { throw ValidationError("--enter is for a text; with --keys write Enter as the last key") }
        if deadline != nil && !whenIdle { throw ValidationError("--deadline needs --when-idle") }
    }

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let roster = try context.roster()
        let agent = try roster.onlyAgent(agent, for: "send")
        // Before anything is waited for.
        if keys { try TmuxKey.check(text) }
        let bytes = keys ? [] : try content()
        try SessionInput.check(bytes)
        if !keys && bytes.isEmpty && !enter {
            let what = text == ["-"] ? "standard input" : "the text"
            throw FleetError(.usage, "\(what) is empty: there is nothing to type", hint: "")
        }
        let manager = try context.manager()
        try requireUp(agent, manager)
        if whenIdle { try wait(for: agent, manager, context) }
        let input = try SessionInput(of: roster, manager: manager, environment: context.environment)
        if keys {
            try input.press(text, in: agent)
        } else if bytes.isEmpty {
            // tmux has no empty buffer.
            try input.press(["Enter"], in: agent)
        } else {
            try input.paste(bytes, enter: enter, into: agent)
        }
        if common.json {
            try context.output.json(
                [
                    "schemaVersion": 1, "agent": agent.name.rawValue, "bytes": keys ? nil : bytes.count,
                    "keys": keys ? text : nil, "enter": enter,
                ])
        } else {
            context.output.detail(
                keys
                    ? "pressed \(text.count) keys in '\(agent.name)'"
                    : "typed \(bytes.count) bytes into '\(agent.name)'")
        }
        return .done
    }

    private func content() throws(FleetError) -> [UInt8] {
        guard text == ["-"] else {
            return Array(RawArguments.bytes(of: text).joined(separator: [UInt8(ascii: " ")]))
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // One byte more than is taken tells that there is more.
        while bytes.count <= SessionInput.sizeLimit {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw FleetError(
                    .io, "standard input cannot be read: \(String(cString: strerror(errno)))",
                    hint: "give the text as an argument")
            }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    private func requireUp(_ agent: Roster.Agent, _ manager: any ServiceManager) throws(FleetError) {
        let state = try manager.state(of: agent)
        if !state.isActive { throw agent.isDown(state, "; nothing was typed") }
    }

    private func wait(
        for agent: Roster.Agent, _ manager: any ServiceManager, _ context: CommandContext
    ) throws(FleetError) {
        let limit = deadline ?? IdleTurns.defaultLimit
        let time = context.time
        let end = try IdleWait(manager, units: [agent.unit]).run(
            atMost: limit, supervisor: InterruptibleWait(context.signals)
        ) { occupied in
            let hint = OccupiedWords.hint(occupied).map { "; \($0)" } ?? ""
            context.output.note(
                "waiting up to \(DurationText.canonical(limit)) until it is idle:"
                    + " \(OccupiedWords.list(occupied, now: time.wallClock()))\(hint)")
        }
        if case .deadline(let occupied) = end {
            throw FleetError(
                .busy,
                "still busy at the deadline of \(DurationText.canonical(limit)):"
                    + " \(OccupiedWords.list(occupied, now: time.wallClock())); nothing was typed",
                hint: OccupiedWords.hint(occupied) ?? "give a longer --deadline, or send without --when-idle")
        }
        // It may have ended meanwhile.
        try requireUp(agent, manager)
    }
}

extension Roster {
    /// The one agent that a name or a glob means.
    /// - Throws: `.noSuchUnit`; `.usage` where it fits several.
    func onlyAgent(_ name: String, for command: String) throws(FleetError) -> Agent {
        let chosen = try agents(named: [name])
        guard let agent = chosen.first, chosen.count == 1 else {
            throw FleetError(
                .usage, "'\(Printable.oneLine(name))' matches \(chosen.count) agents, but \(command) takes one",
                hint: "name one of \(chosen.prefix(8).map(\.name.rawValue).joined(separator: ", "))")
        }
        return agent
    }
}

extension ServiceManager {
    /// What `status` shows of one agent.
    func state(of agent: Roster.Agent) throws(FleetError) -> UnitState {
        try overview(of: [agent.unit]).first ?? UnitState(name: agent.unit, loadState: "not-found")
    }
}

extension Roster.Agent {
    /// The error of a command that needs the agent's session, or what is left of it.
    func isDown(_ state: UnitState, _ consequence: String) -> FleetError {
        FleetError(
            .notActive,
            "agent '\(name)' is \(state.isNotFound ? "not known to systemd" : state.activeState)\(consequence)",
            hint: "see why with 'mosaic fleet logs \(name)', and start it with 'mosaic fleet start \(name)'")
    }
}
