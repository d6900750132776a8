import FleetGuard
import FleetKit
import FoundationEssentials
import Glibc
import HostsFake
import HostsKit
import Synchronization

/// Time that passes only when it is waited for.
final class StepClock: OperationClock {
    private let time = Mutex(Duration.zero)
    func now() -> Duration { time.withLock { $0 } }
    func sleep(for duration: Duration) { time.withLock { $0 += max(duration, .milliseconds(1)) } }
}

/// A folder that is removed with it, or at the end of the process.
final class TestFolder {
    let path: String

    init() {
        var template = Array("/tmp/mosaic-hosts-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        _ = Self.removalAtExit
        Self.present.withLock { _ = $0.insert(path) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
        Self.present.withLock { _ = $0.remove(path) }
    }

    private static let present = Mutex<Set<String>>([])
    private static let removalAtExit: Void = {
        _ = atexit {
            for path in TestFolder.present.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
        }
    }()
}

enum Make {
    static func id(_ number: Int) throws -> HostOperationID {
        let digits = String(number, radix: 16)
        let text = "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
        guard let id = HostOperationID(text) else { throw FleetError(.usage, text, hint: "") }
        return id
    }

    static func slot(_ number: Int, identity: String, station: Int = 1) throws -> Slot {
        Slot(
            token: try id(number).rawValue, identity: identity, host: "h\(identity)", station: try id(station).rawValue,
            author: "me", reason: nil, since: "2026-01-02T03:04:05.000Z", operation: try id(1000 + number).rawValue)
    }

    static let well = HostHealth(
        lock: "free", active: 1, total: 1, outdated: 0, summary: "", isHealthy: true, troubles: [])

    static func hosts(_ count: Int, group: String = "") throws -> [HostsFile.Host] {
        try (0..<count).map { HostsFile.Host(name: try HostName("h\($0)"), address: "h\($0)", group: group) }
    }
}
