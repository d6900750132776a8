internal import FleetGuard
internal import FleetKit
internal import HostsKit

/// A rollout while it runs: a line for each host on a terminal, else a line for each change.
final class RolloutView {
    private let output: HostsOutput
    private let verb: String
    private let clock: any OperationClock
    private var told: [String: String] = [:]
    private var toldWaiting = ""
    private var lastDraw: Duration?

    init(_ output: HostsOutput, verb: String, clock: any OperationClock) {
        self.output = output
        self.verb = verb
        self.clock = clock
    }

    /// Of `run`, the command's own lines.
    func said(_ host: String, _ text: String) {
        guard verb == "run" || !output.canDraw else { return }
        output.note("\(host): \(text)")
    }

    func look(_ rollout: Rollout, _ progress: [String: RolloutRunner.Progress]) {
        let waiting = Self.waiting(rollout)
        guard output.canDraw else {
            for host in rollout.hosts {
                let words = Self.words(host, rollout, progress)
                guard told[host.target.host] != words else { continue }
                told[host.target.host] = words
                if case .queued = host.phase { continue }
                output.note("\(host.target.host): \(words)")
            }
            if waiting != toldWaiting, !waiting.isEmpty { output.note(waiting) }
            toldWaiting = waiting
            return
        }
        let now = clock.now()
        if let lastDraw, now - lastDraw < .milliseconds(100), !rollout.isFinished { return }
        lastDraw = now
        let done = rollout.hosts.count { $0.phase.isFinished }
        var rows: [[String]] = []
        for host in rollout.hosts {
            var words = Self.words(host, rollout, progress)
            if case .running = host.phase, let progress = progress[host.target.identity] {
                words = progress.text
                if let done = progress.done, let total = progress.total { words += " \(done)/\(total)" }
            }
            rows.append([host.target.host, words])
        }
        var lines = ["\(verb): \(done) of \(rollout.hosts.count) hosts"]
        lines += HostsOutput.table(rows).parts(at: "\n").map { "  \($0)" }
        if !waiting.isEmpty { lines.append(waiting) }
        output.draw(lines)
    }

    private static func waiting(_ rollout: Rollout) -> String {
        guard let stored = rollout.inTheWay.first, rollout.halt == nil else { return "" }
        let slot = stored.slot
        return
            "waiting for a slot: \(Printable.oneLine(slot.host)) has been held since \(Printable.oneLine(slot.since, limit: 30))"
            + " by \(Printable.oneLine(slot.author, limit: 80))"
            + (rollout.inTheWay.count > 1 ? ", and \(rollout.inTheWay.count - 1) more" : "")
    }

    private static func words(
        _ host: Rollout.Host, _ rollout: Rollout, _ progress: [String: RolloutRunner.Progress]
    ) -> String {
        switch host.phase {
        case .queued: "waits"
        case .taking, .checking: "takes a slot"
        case .blocked: "waits for a slot"
        case .beginning, .running: "under way"
        case .away(_, let tries):
            "connection lost, reconnecting (attempt \(tries) of \(rollout.settings.lostTries))"
                + (progress[host.target.identity]?.loss.map { ": \($0)" } ?? "")
        case .proving: "waiting until its fleet is healthy"
        case .returning: "freeing its slot"
        case .resting: "busy with another restart, retried later"
        case .finished(.done): "done"
        case .finished(.busy): "stayed busy"
        case .finished(.failed(let why)): "failed: \(why)"
        case .finished(.void), .finished(.unsent): "not reached"
        }
    }
}

/// What a rollout came to.
struct RolloutReport {
    private let rollout: Rollout
    private let rows: [Row]
    private let context: HostsContext
    private let rest: ([String]) -> [String]

    /// - Parameters:
    ///   - runner: has brought it to its end.
    ///   - command: of each host.
    ///   - rest: the words after `mosaic fleet hosts` that continue with these hosts; empty where it takes too many.
    init(
        _ rollout: Rollout, _ runner: RolloutRunner, command: [String], context: HostsContext,
        rest: @escaping ([String]) -> [String]
    ) {
        self.rollout = rollout
        rows = Self.rows(rollout, runner, command)
        self.context = context
        self.rest = rest
    }

    struct Row: Encodable {
        var host: String
        /// `done`, `failed`, `busy`, `under-way`, `not-reached`.
        var outcome: String
        var why: String?
        /// It counts as down until it is proved healthy.
        var keepsSlot: Bool
        /// Of a host that failed: the last lines that its operation printed.
        var lastWords: [String]?
        /// With --only-outdated: agents that were left alone, because it cannot be told whether they are outdated.
        var unknown: Int?
    }

    struct Document: Encodable {
        let schemaVersion = 1
        var ok: Bool
        var hosts: [Row]
        var problem: String?
    }

    static func rows(_ rollout: Rollout, _ runner: RolloutRunner, _ command: [String]) -> [Row] {
        rollout.hosts.map { host in
            let name = host.target.host
            switch host.phase {
            case .finished(.done):
                let unknown =
                    command.contains("--only-outdated") ? runner.healths[host.target.identity]?.unknown ?? 0 : 0
                return Row(
                    host: name, outcome: "done", keepsSlot: host.keepsSlot, unknown: unknown > 0 ? unknown : nil)
            case .finished(.busy): return Row(host: name, outcome: "busy", keepsSlot: host.keepsSlot)
            case .finished(.failed(let why)):
                let words = runner.progress[host.target.identity]?.words ?? []
                return Row(
                    host: name, outcome: "failed", why: why, keepsSlot: true, lastWords: words.isEmpty ? nil : words)
            case .away:
                let why = runner.progress[host.target.identity]?.loss.map { "connection lost: \($0)" }
                return Row(host: name, outcome: "under-way", why: why, keepsSlot: true)
            case .beginning, .running, .proving: return Row(host: name, outcome: "under-way", keepsSlot: true)
            case .taking, .checking, .returning: return Row(host: name, outcome: "not-reached", keepsSlot: true)
            case .queued, .blocked, .resting, .finished:
                return Row(host: name, outcome: "not-reached", keepsSlot: host.keepsSlot)
            }
        }
    }

    /// Prints it.
    /// - Throws: what ended the rollout before its end.
    func conclude() throws(FleetError) -> ExitStatus {
        let output = context.output
        output.erase()
        let isOK = rows.allSatisfy { $0.outcome == "done" }
        let problem = problem(rows)
        if output.isJSON {
            try output.json(Document(ok: isOK, hosts: rows, problem: problem?.message))
        } else {
            var counts: [String] = []
            for outcome in ["failed", "busy", "under-way", "not-reached", "done"] {
                let count = rows.count { $0.outcome == outcome }
                if count > 0 { counts.append("\(count) \(outcome.replacingEach("-", by: " "))") }
            }
            output.outcome(
                "\(counts.joined(separator: ", ")) of \(rows.count) \(rows.count == 1 ? "host" : "hosts")", isWell: isOK
            )
            for row in rows where row.outcome != "done" || row.keepsSlot || row.unknown != nil {
                output.outcome(
                    "  \(row.host): \(row.outcome.replacingEach("-", by: " "))" + (row.why.map { ": \($0)" } ?? "")
                        + (row.unknown.map(Self.leftAlone) ?? "") + (row.keepsSlot ? " (keeps its slot)" : ""),
                    isWell: isOK)
                // Where no picture was drawn they were printed as they came.
                guard output.canDraw else { continue }
                for line in row.lastWords ?? [] { output.outcome("    \(line)", isWell: isOK) }
            }
        }
        guard let problem else { return .done }
        throw problem
    }

    private static func leftAlone(_ count: Int) -> String {
        count == 1
            ? ", but 1 agent was left alone: it is unknown whether it is outdated"
            : ", but \(count) agents were left alone: it is unknown whether they are outdated"
    }

    private func problem(_ rows: [Row]) -> FleetError? {
        switch rollout.halt {
        case .failed(let host):
            let look = "see why with '\(context.command(["history", host]))'; once its fleet is healthy, "
            return FleetError(
                .unitFailed, "halted, because \(host) failed",
                hint: look + (again.map { "continue with: \($0)" } ?? "the next rollout frees its slot"))
        case .interrupted:
            let code = context.signals.interruption()?.code ?? .interrupted
            return FleetError(
                code, "interrupted; operations under way end under their hosts' guards, and no further host is touched",
                hint: again.map { "to continue: \($0)" } ?? "see \(context.command(["slots"]))")
        case .store(let code, let why):
            return FleetError(
                code, "the slots cannot be used, and no further host is touched: \(why)",
                hint: "once they can be used again, "
                    + (again.map { "continue with: \($0)" } ?? "see \(context.command(["slots"]))"))
        case .slots: return noSlot
        case nil:
            let busy = rows.filter { $0.outcome == "busy" }.map(\.host)
            guard !busy.isEmpty else { return nil }
            return FleetError(
                .busy, "stayed busy with another restart: \(busy.joined(separator: ", "))",
                hint: again.map { "to continue: \($0)" } ?? "try again later")
        }
    }

    private var noSlot: FleetError {
        let held = rollout.inTheWay.map { stored in
            let why = rollout.kept.first { $0.slot.token.isExactly(stored.slot.token) }?.why
            let alive = "by \(Printable.oneLine(stored.slot.author, limit: 80)), whose rollout is alive"
            return Printable.oneLine(stored.slot.host)
                + (stored.isStationAlive ? " (\(alive))" : " (\(why ?? "what it is for is still under way there"))")
        }
        // What ends by itself is worth another wait.
        let mayMove = rollout.inTheWay.contains { stored in
            stored.isStationAlive || !rollout.kept.contains { $0.slot.token.isExactly(stored.slot.token) }
        }
        guard let first = rollout.inTheWay.first, !mayMove else {
            return FleetError(
                .busy, "no slot is free: held for \(held.joined(separator: ", "))",
                hint: "try again later; see \(context.command(["slots"]))")
        }
        return FleetError(
            .unitFailed, "no slot is free: held for \(held.joined(separator: ", "))",
            hint: "fix the fleet there, and the next rollout frees the slot; for a host that is gone for good: "
                + context.command(["break", Printable.oneLine(first.slot.host)]))
    }

    /// The command that continues with what was not reached; nil where all was.
    private var again: String? {
        let left = rows.filter { $0.outcome == "not-reached" || $0.outcome == "busy" }.map(\.host)
        let words = rest(left)
        return words.isEmpty ? nil : context.command(words)
    }
}
