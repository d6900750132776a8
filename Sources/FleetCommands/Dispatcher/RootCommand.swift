package import ArgumentParser

/// `mosaic`.
package struct RootCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "mosaic", abstract: "Operate a fleet of agent sessions.",
        discussion: "Example: mosaic fleet status", subcommands: [FleetCommand.self])

    @Flag(help: "Print the version.")
    var version = false

    package init() {}
}

/// `mosaic fleet`.
struct FleetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet", abstract: "Restart, start, stop and inspect the fleet.",
        discussion: "Example: mosaic fleet restart --reason 'new tmux'", subcommands: CommandRegistry.fleet)
}

/// `mosaic fleet lock`.
struct LockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Inspect or break the lock, or run a command under it.",
        discussion: "Example: mosaic fleet lock inspect",
        subcommands: CommandRegistry.lock)
}
