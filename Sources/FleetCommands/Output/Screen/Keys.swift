internal import Glibc

/// The keys that are typed while a picture is on the terminal.
final class Keys {
    /// Readable when a key was typed.
    let descriptor: CInt
    private(set) var wantsEnd = false
    private(set) var isOpen = true

    /// - Parameters:
    ///   - input: where keys are read.
    ///   - terminal: where the picture is.
    /// - Returns: nil unless both are one terminal.
    init?(input: CInt, of terminal: CInt) {
        var own = stat()
        var shown = stat()
        guard isatty(input) == 1, fstat(input, &own) == 0, fstat(terminal, &shown) == 0, own.st_rdev == shown.st_rdev
        else { return nil }
        descriptor = input
    }

    /// Reads what has been typed, without waiting for more. `q` wants the end; all else is dropped.
    func read() {
        // Reading in the background would stop this process.
        guard isOpen, tcgetpgrp(descriptor) == getpgrp() else { return }
        var asked = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&asked, 1, 0) > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        // The terminal hung up; SIGHUP says what follows.
        if count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) { isOpen = false }
        if count > 0 {
            wantsEnd = wantsEnd || bytes[..<count].contains { $0 == UInt8(ascii: "q") || $0 == UInt8(ascii: "Q") }
        }
    }

    /// What a wait listens to: in the background a typed key is the shell's.
    var wakeDescriptors: [CInt] { isOpen && tcgetpgrp(descriptor) == getpgrp() ? [descriptor] : [] }
}
