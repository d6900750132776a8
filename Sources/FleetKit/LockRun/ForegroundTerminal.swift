internal import Glibc

/// The terminal at the standard input, and whose keys it takes: those of one process group, its foreground.
struct ForegroundTerminal {
    /// A terminal that can have a foreground group of our session.
    let exists: Bool

    init() { exists = isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) >= 0 }

    var isOurs: Bool { exists && tcgetpgrp(STDIN_FILENO) == getpgrp() }

    /// Whether a command should have it from the start. In a pipe (`… | less`) the other commands need it, too: there
    /// the command gets it when it first asks.
    var isOursToGive: Bool { isOurs && isatty(STDOUT_FILENO) == 1 }

    /// - Parameter ifWeHave: only when we are in the foreground ourselves.
    func give(to group: pid_t, ifWeHave: Bool = false) {
        guard exists, !ifWeHave || isOurs else { return }
        tcsetpgrp(STDIN_FILENO, group)
    }

    /// Never from another process group: the shell may have taken it long ago.
    func takeBack(from group: pid_t) {
        guard exists, tcgetpgrp(STDIN_FILENO) == group else { return }
        tcsetpgrp(STDIN_FILENO, getpgrp())
    }
}
