internal import FleetGuard
public import FleetKit

/// The bytes of one call as they come, cut into frames. Every byte is a stranger's: what is not as it must be ends the
/// call, and nothing is kept beyond the bounds.
public struct AnswerReader: Sendable {
    private var line: [UInt8] = []
    private var total = 0
    private var noise = 0
    /// Shown where no hello ever comes.
    public private(set) var lastNoise = ""
    public private(set) var hasGreeted = false
    /// The host has said its last frame.
    public private(set) var isComplete = false
    /// Why nothing more is read.
    public private(set) var problem: String?

    public init() {}

    public mutating func add(_ bytes: some Collection<UInt8>) -> [HostFrame] {
        var frames: [HostFrame] = []
        total += bytes.count
        guard total <= LinkLimits.total else {
            problem = "it answers with more than \(LinkLimits.total >> 20) MiB"
            return []
        }
        var rest = bytes[...]
        while problem == nil, !isComplete, let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            line += rest[..<end]
            rest = rest[rest.index(after: end)...]
            if let frame = take() { frames.append(frame) }
            line = []
        }
        guard problem == nil, !isComplete else { return frames }
        line += rest
        // A first line that goes on for ever is no greeting, and later ones are bounded as well.
        if line.count > HostFrame.sizeLimit || (!hasGreeted && noise + line.count > LinkLimits.noise && !isMarked) {
            problem = "it answers with a line that never ends"
        }
        return frames
    }

    private var isMarked: Bool { line.starts(with: HostFrame.mark.utf8) }

    private mutating func take() -> HostFrame? {
        if let frame = HostFrame(line: line) {
            if !hasGreeted {
                guard frame.kind == .hello || frame.kind == .refused else {
                    problem = "its answer does not begin with a hello"
                    return nil
                }
                hasGreeted = frame.kind == .hello
            }
            if frame.kind == .bye { isComplete = true }
            return frame
        }
        guard !hasGreeted else {
            if line.isEmpty { return nil }
            problem = "its answer cannot be read: \(Self.shown(line))"
            return nil
        }
        guard !isMarked else {
            problem = "its hello cannot be read: \(Self.shown(line))"
            return nil
        }
        noise += line.count + 1
        if !line.isEmpty { lastNoise = Self.shown(line) }
        if noise > LinkLimits.noise { problem = "it prints more than \(LinkLimits.noise >> 10) KiB before its answer" }
        return nil
    }

    private static func shown(_ line: [UInt8]) -> String {
        Printable.oneLine(String(decoding: line.prefix(400), as: UTF8.self), limit: 100)
    }
}
