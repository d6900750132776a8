@testable import FleetDBus
@testable import FleetGuard
@testable import FleetKit
@testable import FleetSystemctl

extension FuzzTarget {
    /// A roster, or one error that says where in the file.
    static func roster(_ bytes: [UInt8]) throws {
        do throws(FleetError) {
            let roster = try RosterDecoder.decode(bytes, file: "roster.toml")
            for agent in roster.agents { _ = try agent.name.unit }
        } catch {
            try hold(error.code == .badRoster, "\(error.code): \(error.message)")
            try hold(error.message.hasPrefix("roster.toml:"), "no place: \(error.message)")
            try hold(error.message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "not printable")
            try hold(!error.hint.isEmpty, "no hint: \(error.message)")
        }
    }

    static func duration(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        let duration: Duration
        do throws(FleetError) { duration = try DurationText.parse(text) } catch { return }
        try hold(duration >= .zero, "negative: \(text)")
        _ = DurationText.human(duration)
        let policy = WaitPolicy(maxWait: duration, stallAfter: duration, evictGrace: duration)
        for waited in [Duration.zero, duration] { try show(lock: unreadableLock, policy: policy, waited: waited) }
        _ = Timestamp.rfc3339(1.8e9)
        // Longer than 146 million years is shown as that.
        guard duration < .milliseconds(Int64.max / 2) else { return }
        let canonical = DurationText.canonical(duration)
        try hold(try DurationText.parse(canonical) == duration, "\(text) became \(canonical)")
        try hold(
            DurationText.canonical(duration) == DurationText.canonical(try DurationText.parse(canonical)), canonical)
    }

    /// Names of units, agents and sockets, and what systemd and libdbus are told with them.
    static func names(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        if let unit = try? UnitName(text) {
            try hold(unit.rawValue == text && text.utf8.count <= 255, "changed: \(text)")
            let path = UnitPath.of(unit)
            try hold(path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, path)
            try hold(try unlabelled(path.dropFirst(UnitPath.manager.count + 6)) == text, "\(path) is not \(text)")
        }
        if let agent = try? AgentName(text) {
            let unit = try agent.unit
            try hold(AgentName(unit: unit) == agent, "\(agent) is not the agent of \(unit)")
            try hold(!agent.sessionName.contains("."), agent.sessionName)
        }
        if let socket = try? TmuxSocket(parsing: text) { try hold("\(socket)".utf8.count > 0, text) }
        guard !text.utf8.contains(0) else { return }
        // Byte by byte: to `==` U+037E is the `;` that this is about.
        let word = try unquoted(UnitText.quoted(text))
        try hold(word.utf8.elementsEqual(text.utf8), "\(UnitText.quoted(text)) is not \(text)")
        let typed = parsedByTmux(TmuxWords.literal(text))
        try hold(typed.elementsEqual(text.utf8), "tmux makes \(typed) of \(Array(text.utf8))")
    }

    /// What tmux makes of one argument: a `;` at its end separates commands, unless a backslash stands before it (cmd-parse.y).
    private static func parsedByTmux(_ word: String) -> [UInt8] {
        var bytes = Array(word.utf8)
        guard bytes.last == UInt8(ascii: ";") else { return bytes }
        bytes.removeLast()
        guard bytes.last == UInt8(ascii: "\\") else { return bytes }
        bytes[bytes.count - 1] = UInt8(ascii: ";")
        return bytes
    }

    private static let unreadableLock = LockObservation(
        id: FileID(device: 1, inode: 2), stamp: FileTime(seconds: 3, nanoseconds: 4), kind: .regular,
        content: .unreadable("it is empty"), kernelLock: .held)

    /// systemd's bus_label_unescape().
    private static func unlabelled(_ label: Substring) throws -> String {
        var bytes: [UInt8] = []
        var rest = Array(label.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "_") else {
                bytes.append(byte)
                continue
            }
            let hex = String(decoding: rest.prefix(2), as: UTF8.self)
            guard hex.utf8.count == 2, let value = UInt8(hex, radix: 16) else { throw Broken("bad label \(label)") }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What systemd makes of one word of a command line: extract_first_word() with quotes and C escapes, then
    /// specifiers, then variables.
    private static func unquoted(_ text: String) throws -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        var isQuoted = false
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: ";"),
                UInt8(ascii: "'"):
                guard isQuoted, byte != UInt8(ascii: "\n") else { throw Broken("two words: \(text)") }
                bytes.append(byte)
            case UInt8(ascii: "\\"):
                guard let kind = rest.popFirst() else { throw Broken("an escape without its end: \(text)") }
                switch kind {
                case UInt8(ascii: "n"): bytes.append(10)
                case UInt8(ascii: "t"): bytes.append(9)
                case UInt8(ascii: "r"): bytes.append(13)
                case UInt8(ascii: "x"):
                    let hex = String(decoding: rest.prefix(2), as: UTF8.self)
                    guard let value = UInt8(hex, radix: 16) else { throw Broken("bad escape: \(text)") }
                    bytes.append(value)
                    rest = rest.dropFirst(2)
                case UInt8(ascii: "\\"), UInt8(ascii: "\""): bytes.append(kind)
                default: throw Broken("unknown escape: \(text)")
                }
            case UInt8(ascii: "%"), UInt8(ascii: "$"):
                guard rest.popFirst() == byte else { throw Broken("left for systemd to act on: \(text)") }
                bytes.append(byte)
            default: bytes.append(byte)
            }
        }
        try hold(!isQuoted, "an open quote: \(text)")
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What `systemctl show` printed.
    static func systemctl(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        let units = [try UnitName("a.service"), try UnitName("b.service")]
        for asked in [Array(units.prefix(1)), units] {
            guard let shown = ShownUnit.parse(text, asked: asked) else { continue }
            try hold(shown.map(\.state.name) == asked, "other units than asked for")
            try hold(shown.allSatisfy { ($0.jobTimeout ?? .zero) >= .zero }, "a negative limit")
            try show(states: shown.map(\.state), settings: ShownSettings.parse(text, asked: asked) ?? [])
        }
        _ = TimeSpan.duration(text)
        _ = FleetSystemctl.Timestamp.microseconds(text)
        try hold(ShownUnit.words(text).allSatisfy { !$0.isEmpty }, "an empty word")
    }
}
