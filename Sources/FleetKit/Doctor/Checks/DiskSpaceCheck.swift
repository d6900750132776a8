internal import FleetGuard
internal import Glibc

/// Room for the lock: a restart writes its record before it stops anything, and ends with status 74 where it cannot.
struct DiskSpaceCheck: HealthCheck {
    let name = "disk-space"
    /// The lock record, its progress and a line of the history of a large fleet.
    static let needed = 256 << 10
    /// Writes this many bytes into a directory and leaves nothing behind; a test has its own.
    var probe: @Sendable (String, Int) throws(FleetError) -> CInt? = KernelLockProbe.write(in:bytes:)

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let folder = KernelLockCheck.nearest(fleet.home.runDirectory)
        let shown = Printable.oneLine(folder)
        guard let number = try probe(folder, Self.needed) else { return .ok("there is room for the lock in \(shown)") }
        return .failure(
            "no lock can be written in \(shown): \(String(cString: strerror(number))); every restart would end with"
                + " status 74",
            advice: number == ENOSPC || number == EDQUOT
                ? "free space on that file system: df -h \(ShellWord.quoted(folder))"
                : "check that directory and its file system")
    }
}
