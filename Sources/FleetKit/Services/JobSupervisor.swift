public import FleetGuard

/// What happens while a batch of commands runs, told to the operation's own main loop.
public enum JobEvent: Sendable, Equatable {
    /// systemd took the command.
    case queued(UnitCommand)
    case finished(UnitOutcome)
    /// systemd was *asked*, and every job still awaited is known to it. This, and nothing else, is progress between
    /// two finished commands. Sent at least every 2 s while the manager answers.
    case jobsKnown
    /// Nothing new: the chance to look at the fence, at signals and at the screen. Sent at least every 250 ms.
    case tick
}

/// The caller's side of a running batch. All calls come on the thread that called `perform`.
///
/// A throw from either function ends the batch: nothing more is sent, jobs already queued are left to systemd, and
/// `perform` rethrows it.
public protocol JobSupervisor: AnyObject {
    /// Called immediately before each command leaves this process; the guard's fence stands here.
    func willSend(_ command: UnitCommand) throws(FleetError)

    /// Called for each event of the batch, at least every 250 ms.
    func handle(_ event: JobEvent) throws(FleetError)

    /// A descriptor that every helper process which can act on the fleet must hold open until it ends (the lock
    /// record's, so that the lock is not free while a command lives); nil when the operation is not guarded.
    var commandDescriptor: CInt? { get }

    /// Descriptors that end a wait under way when they become readable; `.tick` follows at once. The supervisor then
    /// throws or reads them empty: one that stays readable would turn every wait into a busy loop.
    var wakeDescriptors: [CInt] { get }

    /// The lock under which the commands are sent, for a manager that keeps a log of who did what; nil when unguarded.
    var lockToken: LockToken? { get }
}

extension JobSupervisor {
    /// Default: nil, for an operation without the lock.
    public var lockToken: LockToken? { nil }
    /// Default: none; signals and the like are then noticed at the next `.tick`.
    public var wakeDescriptors: [CInt] { [] }
}

/// For callers that have nothing to watch.
package final class Unsupervised: JobSupervisor {
    package init() {}
    package func willSend(_ command: UnitCommand) throws(FleetError) {}
    package func handle(_ event: JobEvent) throws(FleetError) {}
    package var commandDescriptor: CInt? { nil }
}

/// For a call without supervision: a signal ends the wait for an answer that does not come.
package final class Questioner: JobSupervisor {
    private let interruption: @Sendable () -> FleetError?
    private let clock: any OperationClock
    private let begin: Duration

    /// An answer that is on its way is still taken: what an interrupted command has to say rests on it.
    static let patience = Duration.seconds(1)

    /// - Parameter interruption: the signal that came, as the error that ends the command.
    package init(_ interruption: @escaping @Sendable () -> FleetError?, clock: any OperationClock = SystemClock()) {
        self.interruption = interruption
        self.clock = clock
        begin = clock.now()
    }

    package func willSend(_ command: UnitCommand) throws(FleetError) {}

    package func handle(_ event: JobEvent) throws(FleetError) {
        guard let error = interruption(), clock.now() - begin >= Self.patience else { return }
        throw error
    }

    package var commandDescriptor: CInt? { nil }
}
