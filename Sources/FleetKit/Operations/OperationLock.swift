internal import FleetGuard

/// What an operation asks of the lock that it runs under.
///
/// Internal on purpose: outside this module the only thing that fits is a `HeldLock`, which only the guard makes.
protocol OperationLock: AnyObject {
    var lockToken: LockToken? { get }
    var commandDescriptor: CInt? { get }
    func checkFence() throws(FleetError)
    func stamp() throws(FleetError)
    func report(_ event: ProgressEvent) throws(FleetError)
}

extension HeldLock: OperationLock {
    var lockToken: LockToken? { LockToken(record.token) }
}

/// For `start` and `stop`, which never wait for the lock.
final class Unguarded: OperationLock {
    var lockToken: LockToken? { nil }
    var commandDescriptor: CInt? { nil }
    func checkFence() throws(FleetError) {}
    func stamp() throws(FleetError) {}
    func report(_ event: ProgressEvent) throws(FleetError) {}
}
