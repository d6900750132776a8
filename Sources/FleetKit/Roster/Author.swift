internal import FleetGuard
internal import Glibc

/// Who runs a command, and from where: an operator's terminal, an agent, or a unit such as a watchdog's.
public enum Author {
    /// `alice (pts/3)`, `alice (agent coder)`, `alice (watchdog.service)`, `root, sudo by alice (pts/3)`.
    public static func words(environment: [String: String]) -> String {
        var who = user(geteuid())
        if geteuid() == 0, let name = environment["SUDO_USER"], !name.isEmpty, name != "root" {
            who += ", sudo by \(Printable.oneLine(name, limit: 32))"
        }
        return place().map { "\(who) (\($0))" } ?? who
    }

    /// The account's name, or the number without an account.
    public static func user(_ number: UInt32) -> String {
        guard let entry = getpwuid(number), let name = entry.pointee.pw_name else { return "user \(number)" }
        return Printable.oneLine(String(cString: name), limit: 32)
    }

    private static func place() -> String? {
        if let unit = unit() {
            if let agent = AgentName(unit: unit) { return "agent \(agent)" }
            return Printable.oneLine(unit.rawValue, limit: 40)
        }
        for descriptor in [STDIN_FILENO, STDERR_FILENO, STDOUT_FILENO] {
            guard isatty(descriptor) == 1, let name = ttyname(descriptor) else { continue }
            return Printable.oneLine(String(cString: name).replacing("/dev/", with: ""), limit: 40)
        }
        return nil
    }

    /// The innermost service that this process is in; none for a login session's scope.
    private static func unit() -> UnitName? {
        let name = ControlGroupScan.path(of: getpid())?.parts(at: "/").last { $0.ends(with: ".service") }
        return name.flatMap { $0.begins(with: "user@") ? nil : UnitName(known: $0) }
    }
}
