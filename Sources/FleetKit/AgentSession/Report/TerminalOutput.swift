internal import FleetGuard
internal import Glibc

/// Hears that something is written to a terminal, without reading from it or looking again and again.
///
/// inotify tells of each write through the terminal's own name, which a program's 0, 1 and 2 are. One through `/dev/tty` it
/// does not tell; that changes the terminal's time of modification (in steps of 8 s, so that the kernel gives no rhythm
/// of keys away), which is checked as well.
final class TerminalOutput {
    /// Readable when something was written.
    var descriptor: CInt { inotify.number }
    private let inotify: Descriptor
    private let terminal: CInt
    private var modified: Int

    /// - Parameter terminal: open longer than this.
    /// - Returns: nil with errno where the kernel gives no more of these.
    init?(terminal: CInt) {
        // Through /proc the watch is on the terminal that we hold, wherever its name is mounted.
        guard let inotify = Descriptor(result: inotify_init1(CInt(IN_CLOEXEC | IN_NONBLOCK))),
            inotify_add_watch(inotify.number, "/proc/self/fd/\(terminal)", UInt32(IN_MODIFY)) >= 0
        else { return nil }
        self.inotify = inotify
        self.terminal = terminal
        modified = Self.modification(of: terminal)
    }

    /// Whether something was written since the last look.
    func hasCome() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1024)
        var hasCome = false
        // The kernel makes one event of many writes, as long as it is not fetched.
        if read(descriptor, &buffer, buffer.count) > 0 { hasCome = true }
        let now = Self.modification(of: terminal)
        if now != modified { hasCome = true }
        modified = now
        return hasCome
    }

    private static func modification(of terminal: CInt) -> Int {
        var status = stat()
        return fstat(terminal, &status) == 0 ? status.st_mtim.tv_sec : 0
    }
}
