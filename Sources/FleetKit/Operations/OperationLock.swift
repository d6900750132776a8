internal import FleetGuard

/// What an operation asks of the lock that it runs under.
protocol OperationLock: AnyObject {
    var lockToken: LockToken? { get }
    var commandDescriptor: CInt? { get }
    func checkFence() throws(FleetError)
    func stamp() throws(FleetError)
    func report(_ event: ProgressEvent) throws(FleetError)
}

/// The lock of an operation that takes agents down. Its proof is made by the guard alone, in another module, so that
/// nothing but a held lock fits here: an unguarded restart does not compile, in this module either.
protocol RestartLock: OperationLock {
    var proof: HeldLock.Proof { get }
}

extension HeldLock: RestartLock {
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
