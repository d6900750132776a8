internal import FleetGuard
internal import FleetKit

/// Writes down what a command did to the fleet and its lock: a line of the history, and an entry of the journal. Both
/// after the lock is free again, or while others hold it; neither can fail the command.
final class HistoryWriter {
    private(set) var timeline = OperationTimeline()
    /// The command ended because another restart had done its work.
    var hasJoined = false
    /// A rolling restart ended at the first failure; what failed, and how it goes on.
    var halted: String?
    private unowned let context: CommandContext
    private let journal = JournalSocket()
    private var began: String
    private let who: String
    private var token: String?
    private var outer: String?
    private var request: LockRequest?
    private var kind = HistoryRecord.Kind.restart
    private var hasWarned = false

    init(_ context: CommandContext) {
        self.context = context
        who = Author.words(environment: context.environment)
        began = Timestamp.rfc3339(context.time.wallClock())
    }

    /// A guarded operation is under way, whose record tells of all that is done.
    var isOpen: Bool { request != nil }

    func begin(_ request: LockRequest, isHeal: Bool = false) {
        self.request = request
        kind = request.isRun ? .run : isHeal ? .heal : .restart
    }

    /// An operation that needs no lock.
    func begin(_ kind: HistoryRecord.Kind, _ scope: LockScope) {
        request = LockRequest(scope: scope, command: context.commandLine, reason: nil)
        self.kind = kind
        token = "\(LockToken.random())"
        timeline.lockAcquired()
    }

    func acquired(_ lock: HeldLock) {
        timeline.lockAcquired()
        token = lock.record.token
        outer = lock.outer?.token
    }

    func say(_ event: GuardEvent) {
        switch event {
        case .waiting(let status): timeline.waitedFor = HistoryRecord.Party(status.observation)
        case .tookOver(let observation, let verdict):
            timeline.waitedFor = timeline.waitedFor ?? HistoryRecord.Party(observation)
            let isDead = verdict == .abandoned || verdict == .unreadable && observation.kernelLock == .free
            lost(observation, isDead ? .takeover : .eviction, verdict)
        default: break
        }
    }

    func broke(_ observation: LockObservation, _ verdict: Verdict) { lost(observation, .break, verdict) }

    /// The end of a guarded command.
    func ended(_ status: ExitStatus) {
        let isWell = status == .done
        finish(isWell ? hasJoined ? "joined" : "done" : halted == nil ? "failed" : "halted", status.rawValue, halted)
    }

    func ended(_ error: FleetError) { finish(error.code.rawValue, error.exitStatus.rawValue, error.message) }

    private func finish(_ result: String, _ status: Int32, _ error: String?) {
        guard let request else { return }
        var record = record(kind, request.scope, result)
        record.reason = request.reason
        record.token = token
        record.outer = outer
        record.status = status
        record.error = error
        timeline.complete(&record)
        // Nothing was waited for: it is the time until the command knew what to do.
        if kind == .start || kind == .stop { record.waited = 0 }
        write(record)
        // What follows is another operation.
        self.request = nil
        timeline = OperationTimeline()
        began = Timestamp.rfc3339(context.time.wallClock())
    }

    private func lost(_ observation: LockObservation, _ kind: HistoryRecord.Kind, _ verdict: Verdict) {
        var record = record(kind, observation.record?.scope ?? .fleet, verdict.rawValue)
        // It happened now: the wait before it is the operation's, which has a record of its own.
        record.startedAt = record.endedAt
        record.reason = request?.reason
        record.owner = HistoryRecord.Party(observation)
        write(record)
    }

    private func record(_ kind: HistoryRecord.Kind, _ scope: LockScope, _ result: String) -> HistoryRecord {
        var record = HistoryRecord(
            kind, by: context.processes.me, command: context.commandLine, reason: nil, scope: scope, startedAt: began,
            endedAt: Timestamp.rfc3339(context.time.wallClock()), result: result)
        record.who = who
        return record
    }

    private func write(_ record: HistoryRecord) {
        do throws(FleetError) { try HistoryFile(home: context.home.path).append(record) } catch {
            if !hasWarned { context.output.warning("the history is not written: \(error.message)") }
            hasWarned = true
        }
        if let why = journal.send(JournalEntry.fields(record, context.common.scope.managerScope)) {
            context.output.detail("nothing is written to the journal: \(why)")
        }
        let event = FleetEvent(
            record, home: context.home, time: context.time.wallClock(), commands: context.eventCommands())
        if let event { context.post(event) }
    }
}
