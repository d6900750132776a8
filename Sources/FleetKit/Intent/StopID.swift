internal import FleetGuard
internal import Glibc

/// The id of a `stop` in the intent file: it names the process, so that others can tell whether that one is still at work.
///
/// `PID-START-RANDOM` in hexadecimal digits; the start, in clock ticks since boot, tells it from a later process with its
/// number.
enum StopID {
    static func random() -> String {
        let start = ProcessStat.read(getpid())?.start ?? 0
        return [String(UInt32(bitPattern: getpid()), radix: 16), String(start, radix: 16)].joined(separator: "-")
            + "-\(LockToken.random().rawValue.prefix(8))"
    }

    /// False for one that was stopped (Ctrl-Z), too: nobody knows when it goes on.
    static func isAtWork(_ id: String) -> Bool {
        let parts = id.parts(at: "-")
        guard parts.count == 3, let pid = Int32(parts[0], radix: 16), let start = UInt64(parts[1], radix: 16),
            let process = ProcessStat.read(pid)
        else { return false }
        return process.start == start && !process.hasEnded && !process.isStopped
    }
}
