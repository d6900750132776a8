internal import CLinux
internal import Glibc

/// The machine around the fleet, as far as the checks look at it; a test has its own.
public struct Machine: Sendable {
    /// In front of every absolute path of the system's (`/var/lib/systemd/linger`).
    public var root = ""
    /// The user ID whose runtime directory and account are checked.
    public var user: UInt32 = geteuid()
    /// Whether the kernel's clock is synchronised; nil if the kernel does not say.
    package var isClockSynchronized: @Sendable () -> Bool? = Self.kernelClock
    /// Where this program's file is; its `share` is searched besides the system's.
    public var program: String?

    /// This machine, for the effective user of this process.
    public init() {}

    /// Whether systemd booted this machine, sd_booted(3).
    var isBootedBySystemd: Bool { isFolder("/run/systemd/system") }

    /// The account's name; nil for a user without one.
    var userName: String? {
        guard let entry = getpwuid(user), let name = entry.pointee.pw_name else { return nil }
        return String(cString: name)
    }

    func exists(_ path: String) -> Bool { access(root + path, F_OK) == 0 }

    func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(root + path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func kernelClock() -> Bool? {
        switch fleet_clock_is_synchronized() {
        case 0: false
        case 1: true
        default: nil
        }
    }
}
