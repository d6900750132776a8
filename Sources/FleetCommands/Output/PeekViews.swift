internal import FleetGuard
internal import FleetKit

/// Shows one look at an agent's screen after the other.
protocol PeekView: LiveView {
    /// Lines above the screen that it wants to see.
    var history: Int { get }
    /// Without, it gets `unknown`.
    var showsActivity: Bool { get }
    func show(_ look: SessionScreen.Look, _ activity: Activity) throws(FleetError)
}

extension PeekView {
    var showsActivity: Bool { true }
}

/// On a terminal: the screen in place, its last rows where the terminal is smaller.
final class PeekScreen: PeekView, DrawnView {
    let history = 0
    let area: LiveArea
    private let agent: AgentName
    private let style: Style
    private let time: any GuardTime
    private var lines: [String] = []
    private var activity = Activity.unknown

    init(area: LiveArea, agent: AgentName, style: Style, time: any GuardTime) {
        self.time = time
        self.area = area
        self.agent = agent
        self.style = style
    }

    func show(_ look: SessionScreen.Look, _ activity: Activity) {
        lines = look.lines
        self.activity = activity
        area.draw(picture)
    }

    func end() { area.leave(Array(picture.dropFirst())) }

    var picture: [ScreenLine] {
        let size = area.size
        let limit = max(1, size.width - 1)
        var head = ScreenLine(limit: limit)
        head.add(agent.rawValue, style.bold)
        if activity.state != .unknown { head.add("  \(ActivityText.words(activity, now: time.wallClock()))") }
        head.add(keys != nil ? "  q ends" : "  Ctrl-C ends", style.dim)
        let room = max(0, size.height - 2)
        return [head] + lines.suffix(room).map { ScreenLine(Printable.oneLine($0, limit: 10_000), limit: limit) }
    }
}

/// For a pipe or a file: each line once it is finished, which is when the cursor has left it.
final class PeekLines: PeekView {
    /// What scrolls by between two looks is still found in so many.
    let history: Int
    private let first: Int
    private let output: Output
    private var printed: FollowedLines?
    private var rest: [String] = []

    private static let shortest = 1000

    init(lines: Int, output: Output) {
        first = lines
        history = max(lines, Self.shortest)
        self.output = output
    }

    var isWanted: Bool { output.isDataRead }
    var showsActivity: Bool { false }

    func show(_ look: SessionScreen.Look, _ activity: Activity) {
        let finished = Array(look.lines.prefix(look.finished))
        rest = Array(look.lines.dropFirst(look.finished))
        if printed != nil {
            printed?.take(finished).forEach(write)
        } else {
            printed = FollowedLines(finished)
            finished.dropFirst(max(0, look.above - first)).forEach(write)
        }
    }

    func end() { rest.forEach(write) }

    private func write(_ line: String) { output.data(Printable.oneLine(line, limit: 10_000)) }
}

/// Lines that scroll by, each printed once. A redrawn screen is printed again.
struct FollowedLines {
    private var known: [String]

    init(_ lines: [String]) { known = lines }

    /// - Returns: what the lines have more than those before.
    mutating func take(_ lines: [String]) -> [String] {
        // The least that has scrolled away since; all of it where the two have nothing in common.
        var gone = 0
        while gone < known.count, !lines.starts(with: known[gone...], by: { $0.utf8.elementsEqual($1.utf8) }) {
            gone += 1
        }
        let new = Array(lines.dropFirst(known.count - gone))
        known = lines
        return new
    }
}

/// `peek -f --json`: a document for each look that differs.
final class PeekStream: PeekView {
    let history: Int
    private let agent: AgentName
    private let output: Output

    init(agent: AgentName, lines: Int, output: Output) {
        self.agent = agent
        history = lines
        self.output = output
    }

    var isWanted: Bool { output.isDataRead }

    func show(_ look: SessionScreen.Look, _ activity: Activity) throws(FleetError) {
        try output.json(.peek(agent, look.lines, activity))
    }
}
