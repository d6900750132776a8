internal import FleetGuard
internal import FleetKit
internal import Glibc

/// The `systemctl` program of one manager: its absolute path, its fixed options and its environment.
struct Systemctl {
    let path: String
    let scope: ManagerScope
    let environment: [String: String]

    /// - Throws: `.noServiceManager` when `PATH` has no systemctl.
    init(scope: ManagerScope, environment: [String: String]) throws(FleetError) {
        path = try ExecutablePath.ofSystemd("systemctl", in: environment)
        self.scope = scope
        // Only what leads to the manager is handed on, so that no SYSTEMD_… variable changes what is printed.
        var kept = environment.filter { Self.inherited.contains($0.key) }
        if scope == .user && kept["XDG_RUNTIME_DIR", default: ""].isEmpty {
            kept["XDG_RUNTIME_DIR"] = "/run/user/\(geteuid())"
        }
        kept.merge(Self.fixed) { _, ours in ours }
        self.environment = kept
    }

    private static let inherited: Set = [
        "PATH", "HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS",
    ]
    /// Plain output: no language, colour, pager or local time.
    private static let fixed = ["LC_ALL": "C", "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": "", "TZ": "UTC"]

    var endpoint: String {
        let place = scope == .user ? " (\(Printable.oneLine(environment["XDG_RUNTIME_DIR"] ?? "")))" : ""
        return "systemd --\(scope.rawValue) through \(Printable.oneLine(path))\(place)"
    }

    /// `names` come after `--`: nothing in them can become an option.
    func child(_ verb: String, options: [String] = [], names: [String] = []) -> ChildProcess {
        ChildProcess(
            executable: path,
            arguments: ["--\(scope.rawValue)", "--no-pager", "--no-ask-password"] + options + [verb, "--"] + names,
            environment: environment)
    }

    /// - Throws: `.noServiceManager` when there is no busctl in `PATH`.
    func busctl(_ arguments: [String]) throws(FleetError) -> ChildProcess {
        guard let path = ExecutablePath.find("busctl", in: environment) else {
            throw FleetError(
                .noServiceManager, "there is no busctl in PATH, which comes with systemctl",
                hint: "install all of systemd, or use --backend dbus")
        }
        return ChildProcess(
            executable: path, arguments: ["--\(scope.rawValue)", "--no-pager", "--quiet"] + arguments,
            environment: environment)
    }

    /// What a systemctl that got no answer means for the operator.
    func unreachable(_ output: ChildProcess.Output) -> FleetError {
        let said = Self.lastLine(output.standardError)
        let why =
            output.ending == .timedOut ? "systemctl got no answer in time" : said.isEmpty ? "it said nothing" : said
        return FleetError(.noServiceManager, "no answer from \(endpoint): \(why)", hint: hint)
    }

    private var hint: String {
        guard scope == .user else { return "see `systemctl status`" }
        // A directory of another user, as su and sudo leave it behind: a login would change nothing.
        let own = "/run/user/\(geteuid())"
        if let folder = environment["XDG_RUNTIME_DIR"], !folder.isExactly(own),
            access(folder + "/systemd/private", F_OK) != 0, errno != ENOENT
        {
            return "export XDG_RUNTIME_DIR=\(own)"
        }
        return
            "see `systemctl --user status`; without a login session: `loginctl enable-linger` and set XDG_RUNTIME_DIR"
    }

    /// The lines of each unit that `show` printed: in the order asked, with an empty line between two units (systemd 252).
    static func blocks(_ text: String) -> [[Substring]] {
        text.parts(at: "\n", keepingEmpty: true).split(whereSeparator: \.isEmpty).map(Array.init)
    }

    static func lastLine(_ text: String) -> String {
        Printable.oneLine(String(text.parts(at: "\n").last ?? ""))
    }
}
