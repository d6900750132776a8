internal import ArgumentParser
internal import FleetGuard
internal import FleetKit
internal import HostsKit

/// The same question to many hosts, and the answers under their names.
struct RelayedAnswers {
    struct Row: Encodable {
        var host: String
        var status: Int32?
        /// What the host's command printed: its own JSON document, where it is one.
        var document: JSONValue?
        var text: String?
        var problem: String?
    }

    struct Document: Encodable {
        let schemaVersion = 1
        var hosts: [Row]
    }

    let replies: [HostReply]

    /// - Returns: 0 where all answered with 0; 3 else.
    func show(_ output: HostsOutput) throws(FleetError) -> ExitStatus {
        let rows = replies.map { reply in
            let text = reply.documents.first?.text
            let document = output.isJSON ? text.flatMap(JSONValue.init) : nil
            return Row(
                host: reply.host.name.rawValue, status: reply.documents.first?.status, document: document,
                text: document == nil ? text : nil, problem: reply.problem)
        }
        if output.isJSON {
            try output.json(Document(hosts: rows))
        } else {
            for (reply, row) in zip(replies, rows) {
                let errors = reply.documents.first?.errors ?? ""
                output.data(HostText.block(reply.host, row.problem ?? ((row.text ?? "") + errors)))
            }
        }
        return rows.allSatisfy { $0.status == 0 && $0.problem == nil } ? .done : .attention
    }
}

/// `hosts doctor`: each host's own `doctor`.
struct HostsDoctorCommand: HostsModule {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check that everything each fleet needs is in place.",
        usage: "mosaic fleet hosts doctor [HOST…]",
        discussion:
            "Example: mosaic fleet hosts doctor alpha\n\nExit status: 0 no check failed, 3 a check failed or a host did not answer."
    )

    @Argument(help: ArgumentHelp("Hosts; none: all of hosts.toml.", valueName: "host"), completion: .hosts)
    var names: [String] = []

    @OptionGroup(title: "Common options") var common: HostsOptions

    func run(in context: HostsContext) throws(FleetError) -> ExitStatus {
        let hosts = try context.file().selection(names)
        let words = ["doctor"] + (common.json ? ["--json"] : [])
        return try RelayedAnswers(replies: context.ask(hosts, [words], patience: .seconds(10), over: context.link()))
            .show(context.output)
    }
}

/// `hosts history`: each host's own `history`.
struct HostsHistoryCommand: HostsModule {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show what was done on each host.",
        usage: "mosaic fleet hosts history [HOST…] [-n COUNT]",
        discussion: "Example: mosaic fleet hosts history -n 3")

    @Argument(help: ArgumentHelp("Hosts; none: all of hosts.toml.", valueName: "host"), completion: .hosts)
    var names: [String] = []

    @Option(
        name: .customShort("n"),
        help: ArgumentHelp("Show only the newest COUNT records of each host.", valueName: "count"))
    var count: Int = 10

    @OptionGroup(title: "Common options") var common: HostsOptions

    func validate() throws { if count < 1 { throw ValidationError("-n must be at least 1") } }

    func run(in context: HostsContext) throws(FleetError) -> ExitStatus {
        let hosts = try context.file().selection(names)
        let words = ["history", "-n", "\(count)"] + (common.json ? ["--json"] : [])
        return try RelayedAnswers(replies: context.ask(hosts, [words], patience: .seconds(10), over: context.link()))
            .show(context.output)
    }
}

/// `HOST/AGENT`.
struct HostAgent {
    let host: HostsFile.Host
    let agent: AgentName

    init(_ text: String, in file: HostsFile) throws(FleetError) {
        guard let (host, agent) = text.halves(at: "/"), !host.isEmpty, !agent.isEmpty else {
            throw FleetError(
                .usage, "'\(Printable.oneLine(text))' is not HOST/AGENT", hint: "write it like alpha/planner")
        }
        guard let found = try file.selection([String(host)]).first else {
            throw FleetError(.noSuchUnit, "there is no host '\(host)'", hint: "see 'mosaic fleet hosts status'")
        }
        self.host = found
        self.agent = try AgentName(String(agent))
    }
}

/// `hosts peek`: the screen of an agent elsewhere.
struct HostsPeekCommand: HostsModule {
    static let configuration = CommandConfiguration(
        commandName: "peek", abstract: "Print an agent's screen without attaching.",
        usage: "mosaic fleet hosts peek HOST/AGENT [-n LINES]",
        discussion: "Example: mosaic fleet hosts peek alpha/planner")

    @Argument(help: ArgumentHelp("The host and the agent.", valueName: "host/agent")) var place: String

    @Option(name: .customShort("n"), help: ArgumentHelp("Lines of history before the screen.", valueName: "lines"))
    var lines: Int = 0

    @OptionGroup(title: "Common options") var common: HostsOptions

    func validate() throws { if lines < 0 { throw ValidationError("-n must be at least 0") } }

    func run(in context: HostsContext) throws(FleetError) -> ExitStatus {
        let target = try HostAgent(place, in: context.file())
        let words =
            ["peek", target.agent.rawValue] + (lines > 0 ? ["-n", "\(lines)"] : []) + (common.json ? ["--json"] : [])
        let replies = try context.ask([target.host], [words], patience: .seconds(10), over: context.link())
        guard let reply = replies.first, let document = reply.documents.first else {
            throw FleetError(
                .noServiceManager, "\(target.host.name): \(replies.first?.problem ?? "it does not answer")",
                hint: "see 'mosaic fleet hosts status'")
        }
        guard document.status == 0 else {
            let (message, hint) = document.complaint
            throw FleetError(
                Self.code(document.status), "\(target.host.name): \(message)",
                hint: hint.isEmpty ? "see 'mosaic fleet hosts status'" : "on \(target.host.name): \(hint)")
        }
        // Such as that the agent is down, and this its last screen.
        for line in (document.errors ?? "").parts(at: "\n") {
            let words = line.after("mosaic fleet: ") ?? line[...]
            context.output.note("\(target.host.name): \(Printable.oneLine(String(words), limit: 400))")
        }
        let text = (document.text ?? "").parts(at: "\n", keepingEmpty: true)
        context.output.data(text.map { Printable.oneLine(String($0), limit: 2000) }.joined(separator: "\n"))
        return .done
    }
}

extension HostsPeekCommand {
    /// Leads to the exit status that the host's command had.
    private static func code(_ status: Int32?) -> FleetError.Code {
        let codes: [FleetError.Code] = [.noSuchUnit, .usage, .badRoster, .unitFailed, .busy, .io]
        return codes.first { FleetError($0, "", hint: "").exitStatus.rawValue == status } ?? .noServiceManager
    }
}

/// `hosts attach`: this terminal becomes an agent's elsewhere.
struct HostsAttachCommand: HostsModule {
    static let configuration = CommandConfiguration(
        commandName: "attach", abstract: "Attach this terminal to an agent's session on a host.",
        usage: "mosaic fleet hosts attach HOST/AGENT", discussion: "Example: mosaic fleet hosts attach alpha/planner")

    @Argument(help: ArgumentHelp("The host and the agent.", valueName: "host/agent")) var place: String

    @OptionGroup(title: "Common options") var common: HostsOptions

    var onlyAnswers: Bool { false }

    func run(in context: HostsContext) throws(FleetError) -> ExitStatus {
        let target = try HostAgent(place, in: context.file())
        // ssh's own exit status for a host that cannot be reached is 255.
        let reply = try context.ask(
            [target.host], [], patience: .seconds(10), over: context.link(connectTimeout: .seconds(10))
        ).first
        guard reply?.hello != nil else {
            throw FleetError(
                .noServiceManager, "\(target.host.name): \(reply?.problem ?? "it does not answer")",
                hint: "see 'mosaic fleet hosts status'")
        }
        // An agent's name has nothing that a shell reads otherwise.
        let words = ["mosaic", "fleet", "attach", target.agent.rawValue]
        guard let command = try context.link().terminalCommand(target.host, words) else {
            throw FleetError(.usage, "\(target.host.name) cannot be reached with a terminal", hint: "use ssh")
        }
        try ProgramHandover(
            executable: command[0], arguments: Array(command.dropFirst()), environment: context.environment
        ).run()
    }
}
