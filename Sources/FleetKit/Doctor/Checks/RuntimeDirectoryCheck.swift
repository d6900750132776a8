internal import FleetGuard
internal import Glibc

/// `XDG_RUNTIME_DIR`, which cron, su and sudo lose.
struct RuntimeDirectoryCheck: HealthCheck {
    let name = "runtime-directory"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        guard fleet.usesSystemd else { return .ok("not needed by a scripted service manager") }
        guard fleet.scope == .user else { return .ok("not needed with --system") }
        let machine = fleet.machine
        let usual = "/run/user/\(machine.user)"
        guard let path = fleet.environment["XDG_RUNTIME_DIR"], path.begins(with: "/") else {
            let why = fleet.environment["XDG_RUNTIME_DIR"] == nil ? "is not set" : "is not an absolute path"
            guard machine.isFolder(usual) else {
                return .failure(
                    "XDG_RUNTIME_DIR \(why), and there is no \(usual)",
                    advice: "run 'loginctl enable-linger', which creates it and starts the user's manager")
            }
            return .warning(
                "XDG_RUNTIME_DIR \(why); \(usual) is used", advice: "export XDG_RUNTIME_DIR=\(usual)")
        }
        let shown = Printable.oneLine(path)
        var status = stat()
        if stat(path, &status) != 0, errno != ENOENT {
            return .failure(
                "XDG_RUNTIME_DIR is \(shown), which cannot be reached: \(String(cString: strerror(errno)))",
                advice: "export XDG_RUNTIME_DIR=\(usual)")
        }
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            return .failure(
                "XDG_RUNTIME_DIR is \(shown), which is not a directory",
                advice: "log in again, or run 'loginctl enable-linger' and export XDG_RUNTIME_DIR=\(usual)")
        }
        guard status.st_uid == machine.user else {
            return .failure(
                "XDG_RUNTIME_DIR is \(shown), which belongs to user \(status.st_uid): su and sudo keep the old value",
                advice: "export XDG_RUNTIME_DIR=\(usual)")
        }
        guard status.st_mode & 0o077 == 0 else {
            return .warning(
                "\(shown) is open to other users (mode \(String(status.st_mode & 0o777, radix: 8)))",
                advice: "chmod 700 '\(shown)'")
        }
        return .ok(shown)
    }
}
