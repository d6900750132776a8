internal import ArgumentParser
internal import FleetGuard
internal import FleetKit
internal import Glibc

/// `mosaic fleet attach`: the terminal becomes the agent's.
struct AttachCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "attach", abstract: "Attach this terminal to an agent's session.",
        usage: "mosaic fleet attach AGENT",
        discussion: """
            Example: mosaic fleet attach planner

            Runs a tmux client; C-b d detaches, and the agent keeps running. Exit status: 3 the agent or \
            the holder is not active, 4 no such agent, else that of tmux.
            """)

    @Argument(help: ArgumentHelp("Agent to attach to.", valueName: "agent"), completion: .agents)
    var agent: String

    @OptionGroup(title: "Common options") var common: CommonOptions

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let roster = try context.roster()
        guard let agent = try roster.agents(named: [agent]).first else { return .noSuchUnit }
        guard isatty(STDIN_FILENO) == 1 else {
            throw FleetError(
                .usage, "attach needs a terminal, but standard input is not one",
                hint: "run it in a terminal; over ssh with 'ssh -t'")
        }
        let attachment = try SessionAttachment(agent, of: roster, environment: context.environment)
        try context.handOver(to: try attachment.program(through: context.manager()))
    }
}
