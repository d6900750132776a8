internal import FleetGuard

/// The operation's own main loop, seen from wherever it waits: the fence before every command and on every look, the
/// stamp after the manager was heard, the signals, and live progress.
///
/// Nothing here runs on another thread: a stamp proves that the loop which waits for systemd is the loop that lives.
final class FencedSupervisor: JobSupervisor {
    private let lock: any OperationLock
    private let surroundings: OperationSurroundings
    private var lastStamp: Duration?
    private var hasWarned = false

    private(set) var phase = OperationPhase.drain
    private var done = 0
    private var total = 0
    /// Sent and not finished: what an interruption leaves to systemd.
    private(set) var inFlight: [UnitCommand] = []
    /// Every unit that was sent a command.
    private(set) var sent: Set<UnitName> = []
    /// Each finished command is kept here at once, so that a throw in the middle of a batch loses none.
    var onFinished: (UnitOutcome) -> Void = { _ in }

    /// The contract allows 2 s between two stamps; a loop that looks every few milliseconds need not stamp each time.
    private static let stampEvery = Duration.milliseconds(250)

    init(_ lock: any OperationLock, _ surroundings: OperationSurroundings) {
        self.lock = lock
        self.surroundings = surroundings
    }

    private var observer: any OperationObserver { surroundings.observer }

    var commandDescriptor: CInt? { lock.commandDescriptor }
    var lockToken: LockToken? { lock.lockToken }

    // MARK: JobSupervisor

    func willSend(_ command: UnitCommand) throws(FleetError) {
        try checkInterruption()
        // Last, so that as little as possible happens between the fence and the command.
        try lock.checkFence()
        observer.operation(.sent(command))
        inFlight.append(command)
        sent.insert(command.unit)
    }

    func handle(_ event: JobEvent) throws(FleetError) {
        switch event {
        case .queued: break
        case .finished(let outcome):
            inFlight.removeAll { $0 == outcome.command }
            onFinished(outcome)
            if outcome.command.verb != .resetFailed { try finished(outcome) }
        case .jobsKnown: try stamp()
        case .tick: try look()
        }
    }

    // MARK: For the loops that wait without a job

    /// The fence and the signals. At least every 250 ms.
    func look() throws(FleetError) {
        try lock.checkFence()
        try checkInterruption()
        observer.operation(.tick)
    }

    /// The manager answered a question: the one thing besides a known job that counts as progress.
    func managerAnswered() throws(FleetError) {
        if let lastStamp, surroundings.clock.now() - lastStamp < Self.stampEvery { return }
        try stamp()
    }

    func begin(_ phase: OperationPhase, total: Int) throws(FleetError) {
        self.phase = phase
        self.total = total
        done = 0
        observer.operation(.phaseBegan(phase, total: total))
        try look()
        try report(ProgressEvent(phase: phase.rawValue, done: 0, total: total))
    }

    func end(took: Duration) { observer.operation(.phaseEnded(phase, took: took)) }

    func planned(_ outline: OperationOutline) { observer.operation(.planned(outline)) }

    func warn(_ text: String) { observer.operation(.warning(text)) }

    func waiting(for text: String) { observer.operation(.waiting(phase, for: text)) }

    /// One unit of the phase is done, well or not.
    func finished(_ outcome: UnitOutcome) throws(FleetError) {
        done = min(done + 1, max(total, done))
        observer.operation(.finished(outcome, phase: phase, done: done, total: total))
        try report(
            ProgressEvent(
                phase: phase.rawValue, done: done, total: total, unit: outcome.unit.rawValue,
                outcome: OutcomeWords.name(of: outcome.result)))
    }

    // MARK: The lock

    private func checkInterruption() throws(FleetError) {
        guard let end = surroundings.interruption() else { return }
        // What to do next depends on what was reached, which the operation knows.
        throw FleetError(end.code, end.code.rawValue, hint: "")
    }

    private func stamp() throws(FleetError) {
        lastStamp = surroundings.clock.now()
        do throws(FleetError) { try lock.stamp() } catch { try tolerate(error) }
    }

    func report(_ event: ProgressEvent) throws(FleetError) {
        lastStamp = surroundings.clock.now()
        do throws(FleetError) { try lock.report(event) } catch { try tolerate(error) }
    }

    /// A full disk must not leave the fleet half restarted: the lock is still held, so the operation continues.
    private func tolerate(_ error: FleetError) throws(FleetError) {
        guard error.code == .io else { throw error }
        if !hasWarned { observer.operation(.warning("progress is not recorded: \(error.message)")) }
        hasWarned = true
    }
}
