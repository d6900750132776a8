internal import Glibc

/// A file descriptor that closes itself at the end of its scope.
package struct Descriptor: ~Copyable {
    package let number: CInt

    /// - Parameter number: open, and this value's own from now on.
    package init(_ number: CInt) { self.number = number }

    /// - Parameter result: of a system call; nil where it failed, with `errno` untouched.
    package init?(result: CInt) {
        guard result >= 0 else { return nil }
        number = result
    }

    deinit { close(number) }

    /// Gives the descriptor away: from now on it is the caller's to close.
    package consuming func take() -> CInt {
        let number = number
        discard self
        return number
    }
}
