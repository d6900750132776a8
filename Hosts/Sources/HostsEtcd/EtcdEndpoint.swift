internal import FleetGuard
internal import FleetKit
internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import HostsKit

/// One endpoint of etcd, with a connection of its own, so that each has its own name in its certificate, and each failure
/// names who failed. It connects with the first call.
final class EtcdEndpoint: Sendable {
    typealias Transport = HTTP2ClientTransport.Posix

    let name: String
    private let client: GRPCClient<Transport>
    private let running: Task<Void, Never>
    let keys: Etcdserverpb_KV.Client<Transport>
    let leases: Etcdserverpb_Lease.Client<Transport>

    init(_ endpoint: EtcdAddress.Endpoint, address: EtcdAddress) throws {
        name = endpoint.text
        let transport = try Transport(
            target: Self.target(endpoint), transportSecurity: Self.security(address.certificates),
            config: .defaults { config in
                config.http2.authority = address.serverName
                // The default waits up to two minutes between two attempts to connect.
                config.backoff.initial = .milliseconds(200)
                config.backoff.max = .seconds(2)
                // etcd closes connections that are asked more often than every 5 s.
                config.connection.keepalive = .init(time: .seconds(10), timeout: .seconds(3), allowWithoutCalls: true)
            })
        let client = GRPCClient(transport: transport)
        self.client = client
        keys = Etcdserverpb_KV.Client(wrapping: client)
        leases = Etcdserverpb_Lease.Client(wrapping: client)
        running = Task.detached {
            do { try await client.runConnections() } catch {
                // It ends with a shutdown; a call that it would have served says what is wrong.
            }
        }
    }

    /// Waits for nothing: a server that has stopped would keep its connection open for ever.
    func close() {
        client.beginGracefulShutdown()
        running.cancel()
    }

    private static func target(_ endpoint: EtcdAddress.Endpoint) -> any ResolvableTarget {
        if endpoint.host.utf8.contains(UInt8(ascii: ":")) {
            return .ipv6(address: endpoint.host, port: endpoint.port)
        }
        let parts = endpoint.host.parts(at: ".", keepingEmpty: true)
        if parts.count == 4, parts.allSatisfy({ UInt8($0) != nil }) {
            return .ipv4(address: endpoint.host, port: endpoint.port)
        }
        return .dns(host: endpoint.host, port: endpoint.port)
    }

    private static func security(_ certificates: EtcdAddress.Certificates?) -> Transport.TransportSecurity {
        guard let certificates else { return .plaintext }
        return .mTLS(
            certificateChain: [.file(path: certificates.certificate, format: .pem)],
            privateKey: .file(path: certificates.key, format: .pem)
        ) { tls in
            tls.trustRoots = .certificates([.file(path: certificates.authority, format: .pem)])
            tls.serverCertificateVerification = .fullVerification
        }
    }
}
