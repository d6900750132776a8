internal import FleetGuard

/// systemd, which must know `StandardOutput=truncate:`.
struct SystemdVersionCheck: HealthCheck {
    let name = "systemd"
    static let oldest = ProgramVersion(248)

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        guard fleet.usesSystemd else { return .ok("not needed by a scripted service manager") }
        guard let program = ExecutablePath.find("systemctl", in: fleet.environment) else {
            return .warning(
                "there is no systemctl in PATH, so its version is not known and --backend systemctl cannot be used",
                advice: "add the directory of systemctl to PATH")
        }
        let line = try ProgramVersion.line(of: program, "--version", environment: fleet.environment)
        guard let version = ProgramVersion(in: line) else {
            return .warning(
                "\(Printable.oneLine(program)) says '\(Printable.oneLine(line, limit: 80))', which contains no version",
                advice: "check that it is systemd's own systemctl")
        }
        guard version >= Self.oldest else {
            return .failure(
                "systemd \(version) is too old for the holder's unit", advice: "use systemd \(Self.oldest) or newer")
        }
        return .ok(Printable.oneLine(line, limit: 80))
    }
}
