internal import FleetGuard
internal import FleetKit

/// The picture of a wait for the lock: who has it, how far it is, and how long this process will wait.
struct LockWaitFrame {
    /// As it was when the guard last looked.
    struct Look {
        let status: WaitStatus
        /// On the picture's own clock.
        let at: Duration
        /// When the owner acquired the lock, and how long before the look; empty where its record cannot be read.
        let since: String

        init(_ status: WaitStatus, at: Duration) {
            self.status = status
            self.at = at
            since = status.observation.record.map(LockWords.since) ?? ""
        }
    }

    let look: Look
    let size: TerminalSize
    let now: Duration
    let style: Style

    /// An owner stamps at least every 2 s.
    private static let worthAWord = Duration.seconds(4)

    func lines() -> [ScreenLine] {
        let limit = max(1, size.width - 1)
        let head = ScreenLine(limit: limit).adding("waiting for the lock", style.bold)
            .adding("  \(DurationText.ticking(status.waited + late))")
        var lines = [head] + owner(limit)
        if status.unchanged >= Self.worthAWord {
            let words = "no progress for \(DurationText.human(status.unchanged + late))"
            let evicted = "; evicted after \(DurationText.canonical(status.policy.stallAfter))"
            lines.append(line("silent", words, limit, style.warn).adding(evicted, style.warn))
        }
        lines.append(bound(limit))
        // The last line is the one with the countdown.
        let room = max(1, size.height - 1)
        return lines.count <= room ? lines : Array(lines.prefix(room - 1)) + lines.suffix(1)
    }

    private var status: WaitStatus { look.status }
    /// Time since the look.
    private var late: Duration { max(.zero, now - look.at) }

    private func owner(_ limit: Int) -> [ScreenLine] {
        guard let record = status.observation.record else {
            return [line("owner", LockWords.ownerInFull(status.observation), limit)]
        }
        var lines = [line("owner", "pid \(record.pid) (\(Printable.oneLine(record.command)))", limit)]
        // A `lock run` need not restart anything.
        lines.append(
            record.isRun == true
                ? line("runs", "a command under the fleet's lock", limit) : line("restarts", record.scope.words, limit))
        if let reason = record.reason { lines.append(line("reason", Printable.oneLine(reason), limit)) }
        if !look.since.isEmpty { lines.append(line("since", look.since, limit)) }
        if let event = status.observation.events.latest { lines.append(phase(event, limit)) }
        return lines
    }

    private func line(
        _ label: String, _ text: String, _ limit: Int, _ paint: (String) -> String = { $0 }
    ) -> ScreenLine {
        ScreenLine("  ", limit: limit).adding(label, style.dim).padded(to: 12).adding(text, paint)
    }

    private func phase(_ event: ProgressEvent, _ limit: Int) -> ScreenLine {
        let line = line("phase", LockWords.count(event), limit)
        guard let done = event.done, let total = event.total, total > 0 else { return line }
        let start = max(28, line.columns + 2)
        let bar = min(40, limit - start)
        guard bar >= 5 else { return line }
        return line.padded(to: start).adding(ProgressFrame.bar(Double(done) / Double(total), width: bar))
    }

    private func bound(_ limit: Int) -> ScreenLine {
        switch status.policy.end(for: status.observation.record) {
        case .never: line("then", "as long as it takes (--max-wait 0)", limit)
        case .givesUp(let bound): countdown("gives up in", bound - status.waited - late, bound, limit)
        case .takesOver(let bound): countdown("takes over in", bound - status.owner - late, bound, limit)
        }
    }

    private func countdown(_ ending: String, _ left: Duration, _ bound: Duration, _ limit: Int) -> ScreenLine {
        let why = bound == status.policy.maxWait ? "--max-wait" : "the owner's plan may take"
        return .countdown(ending, left, "\(why) \(DurationText.canonical(bound))", limit: limit, style: style)
    }
}

extension ScreenLine {
    /// `  gives up in 9m 48s (--max-wait 10m)`, in whole seconds: a countdown in tenths is noise.
    static func countdown(
        _ ending: String, _ left: Duration, _ why: String, limit: Int, style: Style
    ) -> ScreenLine {
        let seconds = max(.zero, left + .milliseconds(999)).wholeMilliseconds / 1000
        return ScreenLine("  ", limit: limit).adding("\(ending) ", style.dim)
            .adding(DurationText.human(.seconds(seconds)), style.bold).adding(" (\(why))", style.dim)
    }
}
