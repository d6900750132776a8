internal import Dispatch
public import FleetGuard
internal import FleetKit
internal import GRPCCore
public import HostsKit
internal import SwiftProtobuf
internal import Synchronization

/// etcd over gRPC. Endpoints are asked in turn; each call has a timeout.
///
/// The caller's thread waits, so this must not be called on a thread of Swift's concurrency pool.
public final class EtcdClient: EtcdConnection, Sendable {
    private let endpoints: [EtcdEndpoint]
    /// Which one is asked next.
    private let place = Mutex(0)
    private let keeper = Mutex<LeaseKeeper?>(nil)

    /// Of one call.
    private static let timeout = Duration.seconds(2)
    /// Of a read in all: longer than an election (0.5 to 2.5 s).
    private static let patience = Duration.seconds(8)

    /// - Throws: `.badRoster` for certificates that cannot be read; `.noServiceManager` for one that has expired. Connects to
    ///   nothing yet.
    public init(_ address: EtcdAddress) throws(FleetError) {
        if let certificates = address.certificates { try CertificateCheck.check(certificates) }
        do {
            endpoints = try address.endpoints.map { try EtcdEndpoint($0, address: address) }
        } catch {
            throw FleetError(
                .badRoster, "the connection to etcd cannot be set up: \(Self.words(error))",
                hint: "correct [etcd] in hosts.toml")
        }
    }

    deinit { close() }

    /// Ends the connections without waiting for them.
    public func close() {
        keeper.withLock { keeper in
            keeper?.stop()
            keeper = nil
        }
        for endpoint in endpoints { endpoint.close() }
    }

    public func send(_ request: EtcdRequest) throws(FleetError) -> EtcdAnswer {
        switch request {
        case .read(let prefix):
            return try repeating { endpoint, options in
                .snapshot(try await endpoint.keys.range(.below(prefix), options: options).snapshot)
            }
        case .mark(let key, let lease):
            return try repeating { endpoint, options in
                _ = try await endpoint.keys.put(.key(key, [], lease: lease), options: options)
                return .done
            }
        case .commit(let transaction):
            return try once { endpoint, options in
                let response = try await endpoint.keys.txn(.init(transaction), options: options)
                return response.succeeded ? .done : .conflict(try response.snapshot)
            }
        }
    }

    // MARK: The lease

    public func keepLease(seconds: Int) throws(FleetError) -> Int64 {
        let sent = ContinuousClock.now
        let granted: Etcdserverpb_LeaseGrantResponse = try repeating { endpoint, options in
            try await endpoint.leases.leaseGrant(.with { $0.ttl = Int64(seconds) }, options: options)
        }
        guard granted.id != 0, granted.ttl > 0 else {
            throw FleetError(
                .noServiceManager, "etcd granted no lease: \(Printable.oneLine(granted.error, limit: 200))",
                hint: "see 'etcdctl endpoint status'")
        }
        let endpoints = endpoints
        let new = LeaseKeeper(id: granted.id, seconds: granted.ttl, sent: sent) { id, attempt in
            let endpoint = endpoints[attempt % endpoints.count]
            return try await endpoint.renew(id, options: Self.options)
        }
        keeper.withLock { keeper in
            keeper?.stop()
            keeper = new
        }
        return granted.id
    }

    public var leaseLeft: Duration? { keeper.withLock { $0?.left } }

    public func releaseLease() {
        let id = keeper.withLock { keeper in
            defer { keeper = nil }
            keeper?.stop()
            return keeper?.id
        }
        guard let id else { return }
        do throws(FleetError) {
            let _: Etcdserverpb_LeaseRevokeResponse = try repeating(for: .seconds(2)) { endpoint, options in
                try await endpoint.leases.leaseRevoke(.with { $0.id = id }, options: options)
            }
        } catch {
            // It expires there by itself, after its seconds; that permits and forbids nothing.
        }
    }

    // MARK: Calls

    private static var options: CallOptions {
        var options = CallOptions.defaults
        options.timeout = timeout
        options.waitForReady = false
        options.maxResponseMessageBytes = 32 << 20
        return options
    }

    typealias Call<Value> = @Sendable (EtcdEndpoint, CallOptions) async throws -> Value

    /// For calls that may be made twice.
    private func repeating<Value: Sendable>(
        for patience: Duration = patience, _ call: @escaping Call<Value>
    ) throws(FleetError) -> Value {
        let end = ContinuousClock.now + patience
        var faults: [String: String] = [:]
        var attempts = 0
        while true {
            let endpoint = next()
            attempts += 1
            do {
                return try Self.wait { try await call(endpoint, Self.options) }
            } catch {
                try refuse(error, by: endpoint)
                faults[endpoint.name] = Self.words(error)
            }
            guard ContinuousClock.now < end else { throw unreachable(faults) }
            if attempts % endpoints.count == 0 { Self.pause(.milliseconds(200)) }
        }
    }

    /// For calls whose repetition could do harm.
    private func once(_ call: @escaping Call<EtcdAnswer>) throws(FleetError) -> EtcdAnswer {
        let endpoint = next(isSame: true)
        do {
            return try Self.wait { try await call(endpoint, Self.options) }
        } catch {
            try refuse(error, by: endpoint)
            _ = next()
            return .unknown("\(endpoint.name): \(Self.words(error))")
        }
    }

    /// A read goes round; a change goes where the last read got its answer.
    private func next(isSame: Bool = false) -> EtcdEndpoint {
        place.withLock { place in
            if !isSame { place = (place + 1) % endpoints.count }
            return endpoints[place]
        }
    }

    /// - Throws: where to ask again would change nothing, and nothing was done.
    private func refuse(_ error: any Error, by endpoint: EtcdEndpoint) throws(FleetError) {
        guard let error = error as? RPCError else { return }
        let hint: String
        switch error.code {
        case .permissionDenied, .unauthenticated:
            hint = "the certificate's name must be a user of etcd with rights below the prefix: see 'etcdctl user get'"
        case .resourceExhausted: hint = "see 'etcdctl endpoint status' and 'etcdctl alarm list'"
        case .invalidArgument, .unimplemented, .failedPrecondition, .outOfRange, .notFound:
            hint = "it must be etcd 3.4 or newer: see 'etcdctl version'"
        default: return
        }
        throw FleetError(.noServiceManager, "etcd refuses (\(endpoint.name)): \(Self.words(error))", hint: hint)
    }

    private func unreachable(_ faults: [String: String]) -> FleetError {
        let shown = endpoints.prefix(5).compactMap { endpoint in
            faults[endpoint.name].map { "\(Printable.oneLine(endpoint.name, limit: 80)): \($0)" }
        }
        return FleetError(
            .noServiceManager, "etcd does not answer (\(shown.joined(separator: "; ")))",
            hint: "see 'etcdctl endpoint status', and the names and dates of the certificates")
    }

    static func words(_ error: any Error) -> String {
        guard let error = error as? RPCError else { return Printable.oneLine("\(error)", limit: 200) }
        if error.code == .deadlineExceeded { return "no answer within \(DurationText.canonical(timeout))" }
        // The innermost cause says what happened; those around it say that it happened.
        var text = error.message
        var cause = error.cause
        while let inner = cause {
            let rpc = inner as? RPCError
            text = rpc?.message ?? "\(inner)"
            cause = rpc?.cause
        }
        return Printable.oneLine(handshake(text) ?? text, limit: 200)
    }

    /// Of a failed TLS handshake, whose own words name the source lines of a library.
    private static func handshake(_ text: String) -> String? {
        let parts = text.parts(at: ":")
        guard let place = parts.firstIndex(where: { $0.isExactly("OPENSSL_internal") }), place + 1 < parts.count,
            let reason = parts[place + 1].parts(at: " ").first
        else { return nil }
        return reason.isExactly("CERTIFICATE_VERIFY_FAILED")
            ? "etcd's certificate has expired, or its authority is not the one in 'ca'" : "TLS failed: \(reason)"
    }

    // MARK: From a thread that waits to tasks and back

    private final class Box<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
        let isThere = DispatchSemaphore(value: 0)
    }

    private static func wait<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let box = Box<Value>()
        let task = Task.detached {
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            box.result.withLock { $0 = result }
            box.isThere.signal()
        }
        // gRPC's own timeout comes first; this one is for a call that does not even get that far.
        guard box.isThere.wait(timeout: .now() + 3) == .success, let result = box.result.withLock({ $0 }) else {
            task.cancel()
            throw RPCError(code: .deadlineExceeded, message: "")
        }
        return try result.get()
    }

    private static func pause(_ duration: Duration) { SystemClock().sleep(for: duration) }
}
