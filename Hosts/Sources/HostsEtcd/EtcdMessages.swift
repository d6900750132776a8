internal import FoundationEssentials
internal import GRPCCore
internal import HostsKit
internal import SwiftProtobuf

// Between the words of the slots and the messages of etcd.

extension Etcdserverpb_RangeRequest {
    static func below(_ prefix: String) -> Self {
        .with {
            $0.key = bytes(prefix)
            $0.rangeEnd = end(prefix)
            // More than any fleet has; an answer that is cut short is an error.
            $0.limit = 50_000
        }
    }
}

extension Etcdserverpb_PutRequest {
    static func key(_ key: String, _ value: [UInt8], lease: Int64?) -> Self {
        .with {
            $0.key = bytes(key)
            $0.value = Data(value)
            $0.lease = lease ?? 0
        }
    }
}

extension Etcdserverpb_RangeResponse {
    var snapshot: EtcdSnapshot {
        get throws {
            guard !more else {
                throw RPCError(code: .resourceExhausted, message: "there are more than 50,000 keys below the prefix")
            }
            return EtcdSnapshot(
                revision: header.revision,
                entries: kvs.map {
                    EtcdSnapshot.Entry(
                        key: String(decoding: $0.key, as: UTF8.self), value: Array($0.value), revision: $0.modRevision)
                })
        }
    }
}

extension Etcdserverpb_TxnRequest {
    init(_ transaction: EtcdTransaction) {
        self = .with {
            $0.compare = transaction.conditions.map { .init($0) }
            $0.success = transaction.changes.map { .init($0) }
            $0.failure = [.with { $0.requestRange = .below(transaction.prefix) }]
        }
    }
}

extension Etcdserverpb_TxnResponse {
    /// Of the read in the place of the changes.
    var snapshot: EtcdSnapshot {
        get throws {
            guard let first = responses.first else {
                throw RPCError(code: .internalError, message: "a transaction failed without its read")
            }
            return try first.responseRange.snapshot
        }
    }
}

extension Etcdserverpb_Compare {
    init(_ condition: EtcdTransaction.Condition) {
        self = .with {
            switch condition {
            case .isAbsent(let key):
                $0.key = bytes(key)
                $0.target = .create
                $0.result = .equal
                $0.createRevision = 0
            case .isUnchanged(let key, let revision):
                $0.key = bytes(key)
                $0.target = .mod
                $0.result = .equal
                $0.modRevision = revision
            case .nothingNewer(let prefix, let revision):
                $0.key = bytes(prefix)
                $0.rangeEnd = end(prefix)
                $0.target = .mod
                $0.result = .less
                $0.modRevision = revision + 1
            }
        }
    }
}

extension Etcdserverpb_RequestOp {
    init(_ change: EtcdTransaction.Change) {
        self = .with {
            switch change {
            case .put(let key, let value, let lease): $0.requestPut = .key(key, value, lease: lease)
            case .delete(let key): $0.requestDeleteRange = .with { $0.key = bytes(key) }
            }
        }
    }
}

extension EtcdEndpoint {
    /// One renewal: a stream with one message each way.
    /// - Returns: the seconds that the lease has; 0: there is no such lease.
    func renew(_ id: Int64, options: CallOptions) async throws -> Int64 {
        try await leases.leaseKeepAlive(options: options) { writer in
            try await writer.write(.with { $0.id = id })
        } onResponse: { response in
            for try await message in response.messages { return message.ttl }
            throw RPCError(code: .unavailable, message: "the renewal got no answer")
        }
    }
}

private func bytes(_ text: String) -> Data { Data(text.utf8) }

/// The first key that is not below the prefix any more.
private func end(_ prefix: String) -> Data {
    var end = bytes(prefix)
    if let last = end.popLast() { end.append(last &+ 1) }
    return end
}
