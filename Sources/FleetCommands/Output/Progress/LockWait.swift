internal import FleetGuard
internal import FleetKit

/// A wait for another process's lock, at one moment: what a picture of it needs, in words that are safe for a
/// terminal.
struct LockWait: Equatable {
    var owner: String
    var scope = ""
    /// A `lock run`, which need not restart anything.
    var isRun = false
    var reason: String?
    var since = ""
    /// `start 12/20`.
    var phase: String?
    /// How much of the owner's phase is done, 0 to 1.
    var fraction: Double?
    /// How the wait ends if this owner keeps the lock.
    var end: WaitEnd
    /// The bound that was asked for; nil: none.
    var maxWait: Duration?
    /// How long this process has waited for this owner.
    var waitedForOwner: Duration
    /// Without progress for this long; nil while there is nothing to worry about.
    var silent: Duration?
    var stallAfter: Duration
    var waited: Duration
    /// When the look was, on the picture's own clock.
    var at: Duration

    /// An owner stamps at least every 2 s.
    private static let worthAWord = Duration.seconds(4)

    init(_ status: WaitStatus, at: Duration) {
        self.at = at
        waited = status.waited
        maxWait = status.policy.maxWait
        stallAfter = status.policy.stallAfter
        silent = status.unchanged >= Self.worthAWord ? status.unchanged : nil
        let record = status.observation.record
        waitedForOwner = status.owner
        end = status.policy.end(for: record)
        guard let record else {
            owner = LockWords.ownerInFull(status.observation)
            return
        }
        owner = "pid \(record.pid) (\(Printable.oneLine(record.command)))"
        isRun = record.isRun == true
        scope = isRun ? "a command under the fleet's lock" : record.scope.words
        reason = record.reason.map { Printable.oneLine($0) }
        since = LockWords.since(record)
        let last = status.observation.events.last { $0.done != nil } ?? status.observation.events.last
        phase = last.map { event in
            guard let done = event.done, let total = event.total else { return Printable.oneLine(event.phase) }
            return "\(Printable.oneLine(event.phase)) \(done)/\(total)"
        }
        if let done = last?.done, let total = last?.total, total > 0 {
            fraction = min(1, max(0, Double(done) / Double(total)))
        }
    }
}

/// The picture of a wait for the lock: who has it, how far it is, and how long this process will wait.
struct LockWaitFrame {
    let wait: LockWait
    let size: TerminalSize
    let now: Duration
    let style: Style

    func lines() -> [ScreenLine] {
        let limit = max(1, size.width - 1)
        var head = ScreenLine(limit: limit)
        head.add("waiting for the lock", style.bold)
        head.add("  \(DurationText.ticking(waited))")
        var lines = [head, line("owner", wait.owner, limit)]
        if !wait.scope.isEmpty { lines.append(line(wait.isRun ? "runs" : "restarts", wait.scope, limit)) }
        if let reason = wait.reason { lines.append(line("reason", reason, limit)) }
        if !wait.since.isEmpty { lines.append(line("since", wait.since, limit)) }
        if let phase = wait.phase { lines.append(phaseLine(phase, limit)) }
        if let silent = wait.silent {
            var words = line("silent", "no progress for \(DurationText.human(silent + late))", limit, style.warn)
            words.add("; evicted after \(DurationText.canonical(wait.stallAfter))", style.warn)
            lines.append(words)
        }
        lines.append(bound(limit))
        // The last line is the one with the countdown.
        let room = max(1, size.height - 1)
        return lines.count <= room ? lines : Array(lines.prefix(room - 1)) + lines.suffix(1)
    }

    /// Time since the look.
    private var late: Duration { max(.zero, now - wait.at) }
    private var waited: Duration { wait.waited + late }

    private func line(
        _ label: String, _ text: String, _ limit: Int, _ paint: (String) -> String = { $0 }
    ) -> ScreenLine {
        var line = ScreenLine("  ", limit: limit)
        line.add(label, style.dim)
        line.pad(to: 12)
        line.add(text, paint)
        return line
    }

    private func phaseLine(_ phase: String, _ limit: Int) -> ScreenLine {
        var line = line("phase", phase, limit)
        guard let fraction = wait.fraction else { return line }
        let start = max(28, line.columns + 2)
        let bar = min(40, limit - start)
        guard bar >= 5 else { return line }
        line.pad(to: start)
        line.add(ProgressFrame.bar(fraction, width: bar))
        return line
    }

    private func bound(_ limit: Int) -> ScreenLine {
        switch wait.end {
        case .never: line("then", "as long as it takes (--max-wait 0)", limit)
        case .givesUp(let bound): countdown("gives up in", bound - waited, bound, limit)
        case .takesOver(let bound): countdown("takes over in", bound - wait.waitedForOwner - late, bound, limit)
        }
    }

    private func countdown(_ ending: String, _ left: Duration, _ bound: Duration, _ limit: Int) -> ScreenLine {
        // Whole seconds: a countdown in tenths is noise.
        let seconds = max(.zero, left + .milliseconds(999)).wholeMilliseconds / 1000
        let why = bound == wait.maxWait ? "--max-wait" : "the owner's plan may take"
        var line = ScreenLine("  ", limit: limit)
        line.add("\(ending) ", style.dim)
        line.add(DurationText.human(.seconds(seconds)), style.bold)
        line.add(" (\(why) \(DurationText.canonical(bound)))", style.dim)
        return line
    }
}
