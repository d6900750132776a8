import FleetGuard
import FleetKit
import Glibc
import HostsEtcd
import HostsKit

/// A real etcd on loopback, in a folder of its own; it ends with this value.
final class EtcdServer {
    static var program: String? {
        for folder in ["/usr/bin", "/usr/local/bin", "/bin"] where access("\(folder)/etcd", X_OK) == 0 {
            return "\(folder)/etcd"
        }
        return nil
    }

    private let folder = TestFolder()
    let port: UInt16
    private(set) var process: pid_t = 0

    init() throws {
        port = try Self.freePort()
        let peer = try Self.freePort()
        process = try Self.spawn(
            [
                try Self.program ?? { throw FleetError(.usage, "there is no etcd", hint: "") }(),
                "--data-dir", folder.path + "/data", "--listen-client-urls", "http://127.0.0.1:\(port)",
                "--advertise-client-urls", "http://127.0.0.1:\(port)", "--listen-peer-urls",
                "http://127.0.0.1:\(peer)", "--initial-advertise-peer-urls", "http://127.0.0.1:\(peer)",
                "--initial-cluster", "default=http://127.0.0.1:\(peer)", "--logger", "zap", "--log-level", "error",
                // A busy machine's disk is slow; nothing here has to outlive a power cut.
                "--unsafe-no-fsync",
            ], output: folder.path + "/log")
        let clock = SystemClock()
        let end = clock.now() + .seconds(60)
        while true {
            let client = try connect()
            defer { client.close() }
            do throws(FleetError) {
                _ = try client.send(.read(prefix: "x/"))
                return
            } catch {
                guard clock.now() < end else { throw error }
            }
        }
    }

    deinit { end() }

    func end() {
        guard process > 0 else { return }
        kill(process, SIGCONT)
        kill(process, SIGKILL)
        var status: CInt = 0
        waitpid(process, &status, 0)
        process = 0
    }

    func signal(_ signal: CInt) { kill(process, signal) }

    func connect() throws -> EtcdClient { try EtcdClient(address) }

    var address: EtcdAddress {
        get throws {
            let file = try HostsFile.decode(
                Array("[etcd]\nendpoints = [\"http://127.0.0.1:\(port)\"]\n[[host]]\nname = \"a\"\n".utf8),
                file: "hosts.toml")
            guard let address = file.etcd else { throw FleetError(.usage, "no address", hint: "") }
            return address
        }
    }

    /// One that the kernel has just handed out, which it does not do again soon.
    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw FleetError(.io, "no socket", hint: "") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw FleetError(.io, "no port", hint: "") }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func spawn(_ words: [String], output: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/bin:/bin"), nil]
        defer { for text in environment { free(text) } }
        var process: pid_t = 0
        guard posix_spawn(&process, words[0], &actions, nil, &arguments, &environment) == 0 else {
            throw FleetError(.io, "etcd cannot be started", hint: "")
        }
        return process
    }
}

/// Runs the body on a thread of its own: a store waits for its answers, and a thread of the pool that waits keeps others
/// from going on.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let box = Unmanaged.passRetained(ThreadBody { continuation.resume(with: Result { try body() }) })
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            box.release()
            return continuation.resume(throwing: FleetError(.io, "no thread", hint: ""))
        }
        pthread_detach(thread)
    }
}

/// A thread that is waited for.
final class ThreadOf {
    private var thread = pthread_t()

    init(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(ThreadBody(body))
        let status = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        precondition(status == 0)
    }

    func join() { pthread_join(thread, nil) }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
