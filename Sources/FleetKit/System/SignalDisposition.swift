internal import FleetGuard

/// What a process does with signals, from `/proc/PID/status`.
struct SignalDisposition: Equatable {
    var ignored: UInt64
    var caught: UInt64

    /// Nil when the process is gone.
    static func read(_ process: Int32) -> SignalDisposition? {
        SmallFile.text("/proc/\(process)/status", limit: 1 << 16).flatMap(parse)
    }

    /// The process' name is on a line of its own, with its line ends escaped.
    static func parse(_ text: String) -> SignalDisposition? {
        func mask(_ name: String) -> UInt64? {
            let line = text.parts(at: "\n").first { $0.begins(with: name + ":") }
            guard let word = line?.parts(at: "\t").last else { return nil }
            return UInt64(word, radix: 16)
        }
        guard let ignored = mask("SigIgn"), let caught = mask("SigCgt") else { return nil }
        return SignalDisposition(ignored: ignored, caught: caught)
    }

    func ignores(_ signal: CInt) -> Bool { ignored >> UInt64(signal - 1) & 1 == 1 }
    func catches(_ signal: CInt) -> Bool { caught >> UInt64(signal - 1) & 1 == 1 }
}
