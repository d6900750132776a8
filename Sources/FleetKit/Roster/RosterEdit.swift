package import FleetGuard

/// The text of a roster, changed in one place. Comments and layout of everything else stay as they were.
///
/// No edit is trusted: the new text is read again and must be exactly the roster that was meant. A roster that is
/// written in a way that this does not know is refused, never spoiled.
package struct RosterEdit: Sendable {
    private let file: String
    package private(set) var bytes: [UInt8]
    package private(set) var roster: Roster

    /// - Parameters:
    ///   - bytes: the roster's text.
    ///   - file: for messages.
    /// - Throws: `.badRoster` where the text is no roster.
    package init(_ bytes: [UInt8], file: String) throws(FleetError) {
        self.file = file
        self.bytes = bytes
        roster = try RosterDecoder.decode(bytes, file: file)
    }

    /// One key of a new agent, as TOML.
    package struct Line: Sendable, Equatable {
        package var key: String
        package var value: String

        package static func string(_ key: String, _ text: String) -> Line {
            Line(key: key, value: TOMLText.string(text))
        }

        package static func array(_ key: String, _ texts: [String]) -> Line {
            Line(key: key, value: TOMLText.array(texts))
        }

        package static func flag(_ key: String, _ value: Bool) -> Line { Line(key: key, value: "\(value)") }

        /// Pairs of names and texts; the names need not be bare keys.
        package static func table(_ key: String, _ entries: [(name: String, text: String)]) -> Line {
            let pairs = entries.map { "\(TOMLText.string($0.name)) = \(TOMLText.string($0.text))" }
            return Line(key: key, value: "{ \(pairs.joined(separator: ", ")) }")
        }
    }

    /// Whether the new agent would be right in a roster of its own, so that a wrong option is told as one.
    ///
    /// - Throws: `.usage`.
    package static func check(_ name: AgentName, _ lines: [Line]) throws(FleetError) {
        let file = "new"
        let text = "version = 1\n" + table(name, lines, "\n")
        do throws(FleetError) {
            _ = try RosterDecoder.decode(Array(text.utf8), file: file)
        } catch {
            // Without `new:LINE:COLUMN: `, which stands in no file.
            let parts = error.message.parts(at: ":", atMost: 4)
            let message = parts.count == 4 ? String(parts[3].dropFirst()) : error.message
            throw FleetError(.usage, message, hint: error.hint)
        }
    }

    private static func table(_ name: AgentName, _ lines: [Line], _ ending: String) -> String {
        (["[[agent]]", "name = \(TOMLText.string(name.rawValue))"] + lines.map { "\($0.key) = \($0.value)" })
            .map { $0 + ending }.joined()
    }

    /// Adds an agent at the end of the file.
    ///
    /// - Throws: `.usage` where there is such an agent already or a value cannot be; `.badRoster` where the file cannot
    ///   be edited.
    package mutating func add(_ name: AgentName, _ lines: [Line]) throws(FleetError) {
        if roster.agents.contains(where: { $0.name == name }) {
            throw FleetError(
                .usage, "agent '\(name)' is already in \(Printable.oneLine(file))",
                hint: "change it there and run 'mosaic fleet apply', or choose another name")
        }
        if let other = roster.agents.first(where: { $0.name.sessionName == name.sessionName }) {
            throw FleetError(
                .usage, "agent '\(name)' would have the tmux session of '\(other.name)'", hint: "choose another name")
        }
        let ending = bytes.contains(UInt8(ascii: "\r")) ? "\r\n" : "\n"
        let table = Self.table(name, lines, ending)
        var text = bytes
        if let last = text.last, last != UInt8(ascii: "\n") { text += Array(ending.utf8) }
        text += Array((ending + table).utf8)
        let hint = "write the agent into it by hand, as its other agents are written, and run 'mosaic fleet apply'"
        let changed = try decode(text, invalid: "the new agent would make it invalid", hint: hint)
        guard let new = changed.agents.last, new.name == name, takeOver(text, changed, agents: roster.agents + [new])
        else {
            throw refuse("the new agent would change others", hint: hint)
        }
    }

    /// Takes an agent's table out, with the tables inside it. Comments around it stay.
    ///
    /// - Throws: `.noSuchUnit` where there is none; `.badRoster` where the file cannot be edited.
    package mutating func remove(_ name: AgentName) throws(FleetError) {
        guard let index = roster.agents.firstIndex(where: { $0.name == name }) else {
            throw FleetError(
                .noSuchUnit, "no such agent: '\(name)'", hint: "see the agents with 'mosaic fleet status'")
        }
        let outline = TOMLOutline(bytes)
        let head: TOMLOutline.Path = [.key("agent"), .index(index)]
        var text = bytes
        var kept: [Roster.Agent] = roster.agents
        kept.remove(at: index)
        let sections = outline.sections.filter { $0.path.starts(with: head) }
        for section in sections.reversed() { Self.cut(section, from: &text) }
        let advice = "remove the [[agent]] table of '\(name)' from it and run 'mosaic fleet apply'"
        let changed = try decode(text, invalid: "without '\(name)' it would be invalid", hint: advice)
        guard !sections.isEmpty, takeOver(text, changed, agents: kept) else {
            throw refuse("'\(name)' is not written as a [[agent]] table of its own", hint: advice)
        }
    }

    /// Whole lines, from the header's to that of the last value, and one of two empty lines that would meet.
    private static func cut(_ section: TOMLOutline.Section, from text: inout [UInt8]) {
        let newline = UInt8(ascii: "\n")
        var start = section.start
        while start > 0, text[start - 1] != newline { start -= 1 }
        var end = min(section.end, text.count)
        while end < text.count, text[end] != newline { end += 1 }
        if end < text.count { end += 1 }
        // The empty line before goes where another follows, or nothing does.
        let before = text[..<start]
        for ending in [[newline, newline], [newline, UInt8(ascii: "\r"), newline]]
        where before.suffix(ending.count) == ending[...] {
            let rest = text[end...]
            if rest.isEmpty || rest.first == newline || rest.starts(with: [UInt8(ascii: "\r"), newline]) {
                start -= ending.count - 1
                break
            }
        }
        text.removeSubrange(start..<end)
    }

    private func decode(_ text: [UInt8], invalid: String, hint: String) throws(FleetError) -> Roster {
        do throws(FleetError) { return try RosterDecoder.decode(text, file: file) } catch {
            throw refuse("\(invalid): \(error.message)", hint: hint)
        }
    }

    /// - Returns: false, and nothing is changed, where anything but the agents differs from the roster before.
    private mutating func takeOver(_ text: [UInt8], _ changed: Roster, agents: [Roster.Agent]) -> Bool {
        var wanted = roster
        wanted.agents = agents
        guard changed == wanted else { return false }
        bytes = text
        roster = changed
        return true
    }

    private func refuse(_ why: String, hint: String) -> FleetError {
        FleetError(.badRoster, "\(Printable.oneLine(file)) was not changed: \(why)", hint: hint)
    }
}
