public import ArgumentParser

/// The settings of an agent that `add` writes into the roster.
public struct AgentOptions: ParsableArguments, Sendable {
    @Option(
        name: .customLong("env"),
        help: ArgumentHelp("A variable, as NAME=VALUE; may be repeated. No secrets.", valueName: "assignment"))
    public var environment: [String] = []

    @Option(help: ArgumentHelp("File of variables.", valueName: "file"), completion: .file())
    public var environmentFile: String?

    @Option(help: ArgumentHelp("Such as 4G or 50%.", valueName: "size"))
    public var memoryMax: String?
    @Option(help: ArgumentHelp("Such as 200%.", valueName: "percentage"))
    public var cpuQuota: String?
    @Option(help: ArgumentHelp("Such as 500.", valueName: "count"))
    public var tasksMax: String?

    @Option(
        help: ArgumentHelp("Time from the stop to SIGKILL.", valueName: "dur"),
        completion: .durations("10s", "30s", "90s"))
    public var stopTimeout: String?

    public init() {}
}
