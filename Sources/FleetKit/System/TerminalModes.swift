internal import Glibc
internal import Synchronization

/// How a terminal treats typed keys while a picture is on it: they are not echoed into the picture.
///
/// One terminal at a time. `restore` is safe in a signal handler, because every end and every stop of the process has
/// to give the terminal back as it was. Only SIGKILL cannot; a shell then restores its own modes.
package enum TerminalModes {
    /// - Parameters:
    ///   - terminal: a descriptor of it; must stay open until `restore`.
    ///   - readsKeys: each key can be read at once instead of a line at a time. Ctrl-C and Ctrl-Z remain signals.
    package static func quiet(_ terminal: CInt, readsKeys: Bool) {
        // In the background the terminal is another program's, and asking for a change would stop this process.
        guard quietTerminal.load(ordering: .acquiring) < 0, isForeground(terminal),
            tcgetattr(terminal, savedModes) == 0
        else { return }
        var modes = savedModes.pointee
        modes.c_lflag &= ~tcflag_t(ECHO | (readsKeys ? ICANON : 0))
        quietTerminal.store(terminal, ordering: .releasing)
        tcsetattr(terminal, TCSANOW, &modes)
    }

    /// As it was before `quiet`.
    package static func restore() {
        let terminal = quietTerminal.exchange(-1, ordering: .acquiringAndReleasing)
        guard terminal >= 0, isForeground(terminal) else { return }
        tcsetattr(terminal, TCSANOW, savedModes)
    }

    private static func isForeground(_ terminal: CInt) -> Bool { tcgetpgrp(terminal) == getpgrp() }
}

/// -1: no terminal is quiet.
private let quietTerminal = Atomic<CInt>(-1)
/// Written by the main thread before the terminal is quiet, read afterwards.
nonisolated(unsafe) private let savedModes: UnsafeMutablePointer<termios> = {
    let modes = UnsafeMutablePointer<termios>.allocate(capacity: 1)
    modes.initialize(to: termios())
    return modes
}()
