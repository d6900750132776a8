public import ArgumentParser
internal import FleetKit

/// How a command waits until it cuts no work.
public struct IdleOptions: ParsableArguments, Sendable {
    @Flag(help: "Before taking the lock, wait until no affected agent is busy.")
    public var whenIdle = false

    @Option(
        help: ArgumentHelp("With --when-idle: longest total wait for agents. (default: 10m)", valueName: "dur"),
        completion: .durations("0", "1m", "5m", "10m", "30m", "1h"),
        transform: DurationOption.parse)
    public var deadline: Duration?

    @Option(
        help: ArgumentHelp(
            "After --deadline: exit with 75, or restart and interrupt work. (default: give-up)", valueName: "what"))
    public var onDeadline: DeadlineChoice?

    public init() {}

    public mutating func validate() throws {
        if deadline != nil && !whenIdle { throw ValidationError("--deadline needs --when-idle") }
        if onDeadline != nil && !whenIdle {
            throw ValidationError("--on-deadline needs --when-idle")
        }
    }
}

public enum DeadlineChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case giveUp = "give-up"
    case restart
}
