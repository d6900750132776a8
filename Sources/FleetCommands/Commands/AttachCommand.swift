internal import ArgumentParser
internal import FleetGuard
internal import FleetKit
internal import Glibc

/// `mosaic fleet attach`: the terminal becomes the agent's.
struct AttachCommand: RelayingCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach", abstract: "Look at an agent's session, and type in it.",
        usage: "mosaic fleet attach AGENT",
        discussion: """
            Example: mosaic fleet attach planner

            Becomes a tmux client; C-b d leaves the session and lets the agent run on. Exit status: 3 when the agent or \
            the holder is not active, 4 when there is no such agent, else tmux's own.
            """)

    @Argument(help: ArgumentHelp("The agent to attach to.", valueName: "agent"), completion: .agents)
    var agent: String

    @OptionGroup(title: "Common options") var common: CommonOptions

    func run(in context: CommandContext) throws(FleetError) -> Int32 {
        let roster = try context.roster()
        guard let agent = try roster.agents(named: [agent]).first else { return ExitStatus.noSuchUnit.rawValue }
        guard isatty(STDIN_FILENO) == 1 else {
            throw FleetError(
                .usage, "attach needs a terminal, and standard input is none",
                hint: "run it in a terminal; over ssh with 'ssh -t'")
        }
        let attachment = try SessionAttachment(agent, of: roster, environment: context.environment)
        try context.handOver(to: try attachment.program(through: context.manager()))
    }
}

extension CommandContext {
    /// Becomes another program.
    func handOver(to program: ProgramHandover) throws(FleetError) -> Never {
        // Noticed by this process, which nobody would ask any more.
        if let interruption = signals.interruption() { throw interruption }
        let words = [program.executable] + program.arguments
        output.detail("becomes \(Printable.oneLine(words.joined(separator: " "), limit: 1000))")
        try program.run()
    }
}
