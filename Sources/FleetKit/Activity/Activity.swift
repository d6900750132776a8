public import FleetGuard
internal import Glibc

/// An agent's reported activity, or a guess from its terminal.
///
/// The agent's main process publishes it as the unit's status text (`STATUS=`, sd_notify(3)), so `systemctl status`
/// shows it and every manager backend can read it. The text is this type's own, one line:
///
///     busy since 2026-01-02T03:04:05Z: running the tests
///     idle (guess) since 2026-01-02T03:04:05Z
///
/// Any other status text is `unknown`, and unknown is never taken for idle.
public struct Activity: Sendable, Equatable {
    /// The raw values are the first word of the status text.
    public enum State: String, Sendable, CaseIterable {
        /// At work: a stop would cut it.
        case busy
        /// For a person.
        case waiting
        /// Has nothing to do.
        case idle
        /// Nothing was reported in this run of the unit.
        case unknown

        /// A stop cuts no work.
        package var isFree: Bool { self == .idle || self == .waiting }
    }

    /// As reported by the agent, or derived from its terminal's output.
    public var state: State
    /// Seconds since 1970; nil exactly where the state is unknown.
    public var since: Int64?
    /// One line of at most 200 bytes, shown to people; nil for none, and always nil where the state is unknown.
    public var note: String?
    /// Derived from the terminal's output (`activity = "quiet …"`), not reported.
    package var isGuess = false

    /// No report yet in this run, or a status text that is not an `Activity`.
    public static let unknown = Activity(state: .unknown)

    private init(state: State) { self.state = state }

    /// Bytes of UTF-8 in a note.
    package static let noteLimit = 200

    /// - Throws: `.usage` for a note that is longer than `noteLimit` or not one line of printable text. A line end in
    ///   it would be another notify message of its own.
    public init(_ state: State, since: Int64, note: String? = nil, isGuess: Bool = false) throws(FleetError) {
        let note = note.flatMap { $0.isEmpty ? nil : $0 }
        if let note {
            guard note.utf8.count <= Self.noteLimit else {
                throw FleetError(
                    .usage, "the note has \(note.utf8.count) bytes", hint: "shorten it to \(Self.noteLimit) bytes")
            }
            guard Self.isOneLine(note) else {
                throw FleetError(
                    .usage, "the note '\(Printable.oneLine(note))' has a control character in it",
                    hint: "give one line of text")
            }
        }
        self.state = state
        self.since = state == .unknown ? nil : since
        self.note = state == .unknown ? nil : note
        self.isGuess = isGuess
    }

    private static func isOneLine(_ text: String) -> Bool {
        // Text that is safe to print is printed unchanged.
        Printable.oneLine(text, limit: .max).utf8.elementsEqual(text.utf8)
    }
}

extension Activity {
    private static let guess = " (guess)"
    private static let since = " since "
    /// `2026-01-02T03:04:05Z`
    private static let timeLength = 20

    /// The unit's status text; nil where there is nothing to say, or the time has no such text.
    package var statusText: String? {
        guard let since, let time = Self.text(of: since) else { return nil }
        return state.rawValue + (isGuess ? Self.guess : "") + Self.since + time + (note.map { ": \($0)" } ?? "")
    }

    /// - Parameter statusText: of a unit; another program's may say anything.
    public init(statusText: String) {
        self = Self.read(statusText) ?? .unknown
    }

    private static func read(_ text: String) -> Activity? {
        var rest = Array(text.utf8)[...]
        func take(_ word: String) -> Bool {
            guard rest.starts(with: word.utf8) else { return false }
            rest = rest.dropFirst(word.utf8.count)
            return true
        }
        guard let state = State.allCases.first(where: { $0 != .unknown && take($0.rawValue) }) else { return nil }
        let isGuess = take(guess)
        guard take(since), rest.count >= timeLength,
            let time = seconds(of: String(decoding: rest.prefix(timeLength), as: UTF8.self))
        else { return nil }
        rest = rest.dropFirst(timeLength)
        guard rest.isEmpty || take(": ") else { return nil }
        // What it refuses is not a text of ours.
        return try? Activity(state, since: time, note: String(decoding: rest, as: UTF8.self), isGuess: isGuess)
    }

    /// nil beyond the years that have four digits.
    private static func text(of seconds: Int64) -> String? {
        var time = time_t(seconds)
        var parts = tm()
        guard gmtime_r(&time, &parts) != nil else { return nil }
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        guard count == timeLength else { return nil }
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func seconds(of text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == timeLength else { return nil }
        func number(_ range: Range<Int>) -> Int32? { Int32(String(decoding: bytes[range], as: UTF8.self)) }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19)
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, month - 1, day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
        let time = Int64(timegm(&parts))
        // timegm takes the 31st of February; a text of ours is written in one way only.
        guard let written = Self.text(of: time), written.utf8.elementsEqual(bytes) else { return nil }
        return time
    }
}

extension UnitState {
    /// Of the unit's current run: systemd shows the status text of a run that has ended until the next one begins.
    public var activity: Activity { isActive ? Activity(statusText: statusText) : .unknown }
}
