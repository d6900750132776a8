internal import FleetGuard

/// tmux, which must know `-N` (never start a server).
struct TmuxVersionCheck: HealthCheck {
    let name = "tmux"
    static let oldest = ProgramVersion(3, 2)

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let program = try TmuxProgram.find(environment: fleet.environment)
        let line = try ProgramVersion.line(of: program, "-V", environment: fleet.environment)
        let shown = "\(Printable.oneLine(line, limit: 80)) (\(program))"
        guard let version = ProgramVersion(in: line) else {
            return .warning("\(shown) contains no version", advice: "check that it is tmux \(Self.oldest) or newer")
        }
        guard version >= Self.oldest else {
            return .failure("\(shown) is too old: it does not support -N", advice: "use tmux \(Self.oldest) or newer")
        }
        return .ok(shown)
    }
}
