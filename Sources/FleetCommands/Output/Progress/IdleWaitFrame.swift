internal import FleetGuard
internal import FleetKit

/// The picture of a wait for busy agents: who they are, what they do and since when, and how the wait ends.
struct IdleWaitFrame {
    /// As it was when those changed who are waited for.
    struct Look: Equatable {
        var status: IdleTurns.Status
        /// On the picture's own clock.
        var at: Duration
        /// Seconds since 1970, at the same moment.
        var wallClock: Double
    }

    let look: Look
    let size: TerminalSize
    let now: Duration
    let style: Style

    func lines() -> [ScreenLine] {
        let limit = max(1, size.width - 1)
        let head = ScreenLine(limit: limit).adding("waiting until no agent is busy", style.bold)
            .adding("  \(DurationText.ticking(look.status.waited + late))")
        // The head, the bound, and a line of its own for the cursor.
        let room = max(0, size.height - 3)
        let all = look.status.occupied
        let isCut = all.count > room
        let shown = isCut ? all.prefix(max(0, room - 1)) : all[...]
        let names = min(max(4, limit / 3), shown.map { TextColumns.of(OccupiedWords.name($0)) }.max() ?? 0)
        var lines = [head] + shown.map { line(of: $0, names, limit) }
        if isCut && room > 0 { lines.append(ScreenLine("  and \(all.count - shown.count) more", limit: limit)) }
        lines.append(bound(limit))
        return Array(lines.suffix(max(1, size.height - 1)))
    }

    private var late: Duration { max(.zero, now - look.at) }

    private func line(of occupied: IdleWait.Occupied, _ names: Int, _ limit: Int) -> ScreenLine {
        let words = OccupiedWords.state(occupied.activity, now: look.wallClock + late.inSeconds)
        return ScreenLine("  ", limit: limit)
            .adding(TextColumns.cut(OccupiedWords.name(occupied), to: names)).padded(to: 2 + names + 2)
            .adding(words, occupied.activity.state == .unknown ? style.warn : style.dim)
    }

    private func bound(_ limit: Int) -> ScreenLine {
        .countdown(
            look.status.onDeadline == .restart ? "restarts anyway in" : "gives up in", look.status.left - late,
            "--deadline \(DurationText.canonical(look.status.limit))", limit: limit, style: style)
    }
}
