internal import FleetGuard
internal import FleetKit

extension CommandContext {
    /// Becomes another program.
    func handOver(to program: ProgramHandover) throws(FleetError) -> Never {
        // Noticed by this process, which cannot be asked later.
        if let interruption = signals.interruption() { throw interruption }
        let words = [program.executable] + program.arguments
        output.detail("executing \(Printable.oneLine(words.joined(separator: " "), limit: 1000))")
        try program.run()
    }
}
