/// What several restarts with `-v` said into one file, which every line reached whole and in the kernel's order.
///
/// A restart says its phases in a fixed order and counts the units of each; so as long as every line fits the one
/// restart that the lines before it belong to, no second one was at work between its first and its last command.
struct CommandTrace {
    /// Restarts that went through all phases.
    private(set) var restarts = 0
    /// Lines that do not belong where they are.
    private(set) var violations: [String] = []
    /// Commands that were sent, each with its unit.
    private(set) var commands: [String] = []
    /// Units whose command systemd's start limit refused; their command is sent a second time, after a reset.
    private(set) var refused: [String] = []

    private let phases: [String]
    private static let verbs = [
        "drain": ["stop"], "holder": ["restart", "reset-failed"], "start": ["start", "restart", "reset-failed"],
    ]
    private var next = 0
    private var open: String?
    private var count = 0

    /// - Parameter phases: that each restart goes through, in their order.
    init(_ lines: [String], phases: [String] = ["drain", "holder", "settle", "start", "verify"]) {
        self.phases = phases
        for line in lines {
            // `mosaic fleet: HH:MM:SS text`; lines without a time are the guard's.
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            guard words.count == 4, words[0] == "mosaic", words[2].split(separator: ":").count == 3 else { continue }
            read(words[3])
        }
        if let open { violations.append("\(open) never ended") }
    }

    private mutating func read(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        let head = String(words[0].prefix { $0 != ":" })
        if ["stop", "start", "restart", "reset-failed"].contains(head), words.count == 2, words[0] == head {
            commands.append(text)
            if !(Self.verbs[open ?? ""] ?? []).contains(head) { violations.append("\(text) in \(open ?? "no phase")") }
        } else if text.hasPrefix("\(head): done in") {
            if open != head { violations.append("\(text) in \(open ?? "no phase")") }
            open = nil
            next = (next + 1) % phases.count
            if next == 0 { restarts += 1 }
        } else if words[0] == head + ":", words.count == 3, words[2].hasPrefix("unit") {
            if open != nil || phases[next] != head { violations.append("\(text) in \(open ?? "no phase")") }
            (open, count) = (head, 0)
        } else if let progress = words.dropFirst().first, let done = Int(progress.prefix { $0 != "/" }) {
            if text.contains("start-limit-hit") { refused.append(words[2]) }
            // A refused unit is counted again when it is up.
            if done != count || refused.isEmpty { count += 1 }
            if open != head || done != count {
                violations.append("\(text) after \(count - 1) in \(open ?? "no phase")")
            }
        }
    }
}
