internal import ArgumentParser
internal import FleetGuard
internal import FleetKit
internal import HostsKit

/// `hosts restart`: each host by its own `restart`, a few at a time, until one fails.
struct HostsRestartCommand: HostsModule {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "Restart the fleets of many hosts, a few hosts at a time.",
        usage: "mosaic fleet hosts restart [HOST…] [--canary HOST] [options]",
        discussion: """
            Example: mosaic fleet hosts restart --canary alpha --rolling --only-outdated

            Halts at the first failure, and prints the command that continues. Exit status: 1 a host failed, 75 a host stayed busy, 69 a host cannot be used and nothing was touched.
            """)

    @Argument(help: ArgumentHelp("Hosts to restart; none: all of hosts.toml.", valueName: "host"), completion: .hosts)
    var names: [String] = []

    @OptionGroup(title: "Hosts") var rollout: RolloutOptions
    @OptionGroup(title: "On each host, as for 'mosaic fleet restart'") var each: EachRestart
    @Flag(help: "Print what each host would do, without doing it.") var dryRun = false
    @OptionGroup(title: "Common options") var common: HostsOptions

    var onlyAnswers: Bool { dryRun }

    func run(in context: HostsContext) throws(FleetError) -> ExitStatus {
        let session = RolloutSession(
            context: context, staged: try rollout.stages(names, of: context.file()),
            limit: try rollout.limit(context.file()), command: each.words, reason: each.reason, verb: "restart",
            rest: rest)
        return try session.run(
            preview: each.words + ["--dry-run"] + (dryRun && common.json ? ["--json"] : []), isDry: dryRun)
    }

    /// What chooses by the agents' state can be repeated as it is; else each host that was reached would be restarted again.
    func rest(_ hosts: [String]) -> [String] {
        let isRepeatable = each.onlyOutdated || each.onlyFailed
        guard isRepeatable || (1...RolloutOptions.longestRest).contains(hosts.count) else { return [] }
        return ["restart"] + each.words.dropFirst()
            + (isRepeatable ? rollout.words + names : rollout.words(hosts) + hosts)
    }
}

/// The options that go to each host as they are; the host's own `restart` reads them, before anything is touched.
struct EachRestart: ParsableArguments {
    @Flag(help: "Restart only outdated agents and those left down.") var onlyOutdated = false
    @Flag(help: "Restart only what failed or a restart left down.") var onlyFailed = false
    @Flag(help: "Before taking the lock, wait until no affected agent is busy.") var whenIdle = false
    @Flag(help: "Exit at once if another restart is running; the host is retried later.") var noWait = false
    @Flag(help: "Do not stop the agents before the holder restarts.") var noDrain = false

    @Option(
        name: .customLong("rolling"), defaultAsFlag: "",
        help: ArgumentHelp("Restart agents N (or 1) at a time; halt at a failure.", valueName: "n"))
    var rolling: String?

    @Option(help: ArgumentHelp("With --when-idle: longest total wait for agents.", valueName: "dur")) var deadline:
        String?
    @Option(help: ArgumentHelp("After --deadline: give-up (exit with 75), or restart.", valueName: "what"))
    var onDeadline: String?
    @Option(help: ArgumentHelp("Time to watch started agents; 0: none.", valueName: "dur")) var stableFor: String?
    @Option(help: ArgumentHelp("Longest wait for one restart.", valueName: "dur")) var maxWait: String?
    @Option(help: ArgumentHelp("After --max-wait: break the lock, or fail.", valueName: "what")) var onTimeout: String?
    @Option(help: ArgumentHelp("Jobs in flight at once.", valueName: "n")) var maxParallel: String?
    @Option(help: ArgumentHelp("Reason, shown in each host's history and with each slot.", valueName: "text"))
    var reason: String?

    mutating func validate() throws {
        if let reason, reason.utf8.count > 1000 { throw ValidationError("--reason is longer than 1000 bytes") }
    }

    var words: [String] {
        var words = ["restart"]
        for (name, isSet) in [
            ("--only-outdated", onlyOutdated), ("--only-failed", onlyFailed), ("--when-idle", whenIdle),
            ("--no-wait", noWait), ("--no-drain", noDrain),
        ] where isSet {
            words.append(name)
        }
        if let rolling {
            let width = rolling.after("=") ?? rolling[...]
            // Never without a number: the word behind it would be read as that.
            words.append("--rolling=\(width.isEmpty ? "1" : width)")
        }
        for (name, value) in [
            ("--deadline", deadline), ("--on-deadline", onDeadline), ("--stable-for", stableFor),
            ("--max-wait", maxWait), ("--on-timeout", onTimeout), ("--max-parallel", maxParallel), ("--reason", reason),
        ] {
            if let value { words.append("\(name)=\(value)") }
        }
        return words
    }
}

/// `hosts run`: a command under each host's `lock run`.
struct HostsRunCommand: HostsModule {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a command on many hosts, each while no restart can run there.",
        usage: "mosaic fleet hosts run [--host HOST] [options] -- COMMAND [ARG …]",
        discussion: """
            Example: mosaic fleet hosts run --reason upgrade -- ./upgrade.sh

            Each host runs it under its own 'lock run', without a shell, and counts as down until its fleet is healthy \
            again. Halts at the first failure.
            """)

    @Option(
        name: .customLong("host"),
        help: ArgumentHelp("Only on this host; may be repeated.", valueName: "host"), completion: .hosts)
    var names: [String] = []

    @OptionGroup(title: "Hosts") var rollout: RolloutOptions

    @Option(help: ArgumentHelp("Reason, shown to others that wait for this command.", valueName: "text")) var reason:
        String?

    @Option(help: ArgumentHelp("How long the command may take on each host.", valueName: "dur")) var maxHold: String?

    @OptionGroup(title: "Common options") var common: HostsOptions

    var onlyAnswers: Bool { false }

    @Argument(parsing: .postTerminator, help: ArgumentHelp("The command with its arguments.", valueName: "command"))
    var command: [String] = []

    func validate() throws {
        if command.isEmpty { throw ValidationError("the command is missing; write it after '--'") }
    }

    func run(in context: HostsContext) throws(FleetError) -> ExitStatus {
        var words = ["lock", "run"]
        if let reason { words.append("--reason=\(reason)") }
        if let maxHold { words.append("--max-hold=\(maxHold)") }
        let session = RolloutSession(
            context: context, staged: try rollout.stages(names, of: context.file()),
            limit: try rollout.limit(context.file()), command: words + ["--"] + command, reason: reason, verb: "run",
            rest: rest)
        return try session.run(preview: nil, isDry: false)
    }

    func rest(_ hosts: [String]) -> [String] {
        guard (1...RolloutOptions.longestRest).contains(hosts.count) else { return [] }
        return ["run"] + hosts.flatMap { ["--host", $0] } + rollout.words(hosts)
            + (reason.map { ["--reason=\($0)"] } ?? []) + (maxHold.map { ["--max-hold=\($0)"] } ?? []) + ["--"]
            + command
    }
}
