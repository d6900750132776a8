package import ArgumentParser

/// The settings of an agent that `add` writes into the roster.
package struct AgentOptions: ParsableArguments, Sendable {
    @Option(
        name: .customLong("env"),
        help: ArgumentHelp("A variable, as NAME=VALUE; may be repeated. No secrets.", valueName: "assignment"))
    package var environment: [String] = []

    @Option(help: ArgumentHelp("File of variables.", valueName: "file"), completion: .file())
    package var environmentFile: String?

    @Option(help: ArgumentHelp("Such as 4G or 50%.", valueName: "size"))
    package var memoryMax: String?
    @Option(help: ArgumentHelp("Such as 200%.", valueName: "percentage"))
    package var cpuQuota: String?
    @Option(help: ArgumentHelp("Such as 500.", valueName: "count"))
    package var tasksMax: String?

    @Option(
        help: ArgumentHelp("Time from the stop to SIGKILL.", valueName: "dur"),
        completion: .durations("10s", "30s", "90s"))
    package var stopTimeout: String?

    package init() {}
}
