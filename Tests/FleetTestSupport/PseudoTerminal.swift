internal import Glibc

/// A terminal to answer a question on.
package final class PseudoTerminal {
    /// The end that a process gets as its standard input.
    package let descriptor: CInt
    private let operatorEnd: CInt

    /// By the kernel's own requests (ioctl_tty(2)): Swift's view of the C library has no `posix_openpt`.
    package init() throws {
        operatorEnd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var unlocked: CInt = 0
        var number: CUnsignedInt = 0
        guard operatorEnd >= 0, ioctl(operatorEnd, Self.setLock, &unlocked) == 0,
            ioctl(operatorEnd, Self.getNumber, &number) == 0
        else { throw DeadlineMissed("no pseudo terminal: \(errno)") }
        descriptor = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DeadlineMissed("cannot open a pseudo terminal: \(errno)") }
    }

    private static let setLock: CUnsignedLong = 0x4004_5431  // TIOCSPTLCK
    private static let getNumber: CUnsignedLong = 0x8004_5430  // TIOCGPTN

    deinit {
        close(descriptor)
        close(operatorEnd)
    }

    package func type(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard write(operatorEnd, bytes, bytes.count) == bytes.count else { throw DeadlineMissed("write: \(errno)") }
    }
}
