public import FleetGuard
internal import FleetKit
public import HostsKit
internal import Synchronization

/// Keys and revisions as etcd has them: a value, which tests and the simulation change.
public struct EtcdState: Hashable, Sendable {
    public struct Key: Hashable, Sendable {
        public var value: [UInt8]
        public var revision: Int64
        public var lease: Int64?
    }

    public private(set) var revision: Int64 = 1
    public private(set) var keys: [String: Key] = [:]
    public private(set) var leases: Set<Int64> = []
    /// A mistake that the simulation must find: transactions are carried out without a look at their conditions.
    public var ignoresConditions = false
    /// Another one: only these conditions are left out.
    public var ignoresMarks = false

    public init() {}

    public mutating func grant(_ lease: Int64) { leases.insert(lease) }

    /// What is attached to the lease goes with it, in one revision.
    public mutating func revoke(_ lease: Int64) {
        guard leases.remove(lease) != nil, keys.values.contains(where: { $0.lease == lease }) else { return }
        revision += 1
        keys = keys.filter { $0.value.lease != lease }
    }

    /// - Returns: never `.unknown`, which is the network's answer; nil for a mark whose lease is gone.
    public mutating func handle(_ request: EtcdRequest) -> EtcdAnswer? {
        switch request {
        case .read(let prefix): return .snapshot(snapshot(prefix))
        case .mark(let key, let lease):
            guard leases.contains(lease) else { return nil }
            revision += 1
            keys[key] = Key(value: [], revision: revision, lease: lease)
            return .done
        case .commit(let transaction):
            guard ignoresConditions || transaction.conditions.allSatisfy(holds) else {
                return .conflict(snapshot(transaction.prefix))
            }
            revision += 1
            for change in transaction.changes {
                switch change {
                case .put(let key, let value, let lease):
                    keys[key] = Key(value: value, revision: revision, lease: lease)
                case .delete(let key): keys[key] = nil
                }
            }
            return .done
        }
    }

    public func snapshot(_ prefix: String) -> EtcdSnapshot {
        EtcdSnapshot(
            revision: revision,
            entries: keys.filter { $0.key.begins(with: prefix) }.sorted { $0.key < $1.key }.map {
                EtcdSnapshot.Entry(key: $0.key, value: $0.value.value, revision: $0.value.revision)
            })
    }

    private func holds(_ condition: EtcdTransaction.Condition) -> Bool {
        switch condition {
        case .isAbsent(let key): keys[key] == nil
        case .isUnchanged(let key, let since):
            // As etcd has it: a key that is not there was changed at revision 0.
            (ignoresMarks && (keys[key] == nil || keys[key]?.lease != nil)) || keys[key]?.revision ?? 0 == since
        case .nothingNewer(let prefix, let than):
            keys.allSatisfy { !$0.key.begins(with: prefix) || $0.value.revision <= than }
        }
    }
}

/// What the connections of several stations share.
public final class FakeEtcd: Sendable {
    struct State {
        var etcd = EtcdState()
        var granted: Int64 = 0
        var isDown = false
        var lostAnswers = 0
        var lostRequests = 0
    }

    let state = Mutex(State())

    public init() {}

    public func breakDown(_ isDown: Bool = true) { state.withLock { $0.isDown = isDown } }
    /// The next changes are made, and no answer comes.
    public func loseAnswers(_ count: Int) { state.withLock { $0.lostAnswers = count } }
    /// The next changes do not arrive.
    public func loseRequests(_ count: Int) { state.withLock { $0.lostRequests = count } }
    /// As for a station that was stopped for too long.
    public func expireLeases() { state.withLock { state in for id in state.etcd.leases { state.etcd.revoke(id) } } }
    public func set(_ key: String, _ value: [UInt8]) {
        state.withLock { state in
            _ = state.etcd.handle(.commit(EtcdTransaction([], [.put(key: key, value: value, lease: nil)], prefix: key)))
        }
    }
    public func keys() -> [String] { state.withLock { $0.etcd.keys.keys.sorted() } }
}

/// etcd without a network.
public final class FakeEtcdConnection: EtcdConnection {
    private let shared: FakeEtcd
    private var lease: Int64?

    public init(_ shared: FakeEtcd) { self.shared = shared }

    public func send(_ request: EtcdRequest) throws(FleetError) -> EtcdAnswer {
        let answer: EtcdAnswer? = shared.state.withLock { state in
            guard case .commit = request else { return state.isDown ? nil : state.etcd.handle(request) }
            if state.isDown { return .unknown("it does not answer") }
            if state.lostRequests > 0 {
                state.lostRequests -= 1
                return .unknown("the request was lost")
            }
            let answer = state.etcd.handle(request)
            guard state.lostAnswers > 0 else { return answer }
            state.lostAnswers -= 1
            return .unknown("the answer was lost")
        }
        guard let answer else { throw Self.isDown }
        return answer
    }

    public func keepLease(seconds: Int) throws(FleetError) -> Int64 {
        let granted: Int64? = shared.state.withLock { state in
            guard !state.isDown else { return nil }
            state.granted += 1
            state.etcd.grant(state.granted)
            return state.granted
        }
        guard let granted else { throw Self.isDown }
        lease = granted
        return granted
    }

    public var leaseLeft: Duration? {
        guard let lease else { return nil }
        return shared.state.withLock { $0.etcd.leases.contains(lease) } ? .seconds(10) : nil
    }

    public func releaseLease() {
        guard let lease else { return }
        self.lease = nil
        shared.state.withLock { $0.etcd.revoke(lease) }
    }

    private static let isDown = FleetError(.noServiceManager, "etcd does not answer", hint: "try again")
}
