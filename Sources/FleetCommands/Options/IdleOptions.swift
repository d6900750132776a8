package import ArgumentParser
package import FleetKit

/// How a command waits until it cuts no work.
package struct IdleOptions: ParsableArguments, Sendable {
    @Flag(help: "Before taking the lock, wait until no affected agent is busy.")
    package var whenIdle = false

    @Option(
        duration: "With --when-idle: longest total wait for agents. (default: 10m)", "0", "1m", "5m", "10m", "30m", "1h"
    )
    package var deadline: Duration?

    @Option(
        help: ArgumentHelp(
            "After --deadline: exit with 75, or restart and interrupt work. (default: give-up)", valueName: "what"))
    package var onDeadline: IdleTurns.OnDeadline?

    package init() {}

    package mutating func validate() throws {
        if deadline != nil && !whenIdle { throw ValidationError("--deadline needs --when-idle") }
        if onDeadline != nil && !whenIdle {
            throw ValidationError("--on-deadline needs --when-idle")
        }
    }
}

extension IdleTurns.OnDeadline: ExpressibleByArgument {}
