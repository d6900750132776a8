internal import Glibc

/// Columns and rows of a terminal.
struct TerminalSize: Equatable {
    var width: Int
    var height: Int

    /// - Returns: what the terminal says of itself now; 80 × 24 where it does not say (a serial line).
    static func of(_ descriptor: CInt) -> TerminalSize {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return TerminalSize(width: 80, height: 24)
        }
        return TerminalSize(width: Int(size.ws_col), height: Int(size.ws_row))
    }

    /// Whether a picture can be drawn again in place there.
    static func canDraw(on descriptor: CInt, environment: [String: String]) -> Bool {
        let term = environment["TERM"] ?? ""
        return isatty(descriptor) == 1 && !term.isEmpty && term != "dumb"
    }
}
