internal import FleetGuard
internal import FleetKit
internal import FleetTestSupport
internal import Glibc
internal import Testing

@testable internal import FleetSystemctl

/// What only the systemctl backend does: it sends commands through a child process.
@Suite("systemctl", .timeLimit(.minutes(10)))
struct SystemctlTests {
    /// Looks at the child while it runs.
    private final class Inspector: JobSupervisor {
        let commandDescriptor: CInt?
        var onTick: (() throws(FleetError) -> Void)?
        var known = 0

        init(descriptor: CInt? = nil) { commandDescriptor = descriptor }

        func willSend(_ command: UnitCommand) throws(FleetError) {}
        func handle(_ event: JobEvent) throws(FleetError) {
            if event == .jobsKnown { known += 1 }
            if event == .tick { try onTick?() }
        }
    }

    /// Installs a unit whose start hangs for `seconds` (then it fails), and gives a client.
    private static func hanging(_ stem: String, seconds: Int) throws -> (SystemctlServiceManager, UnitCommand) {
        let manager = try UserManager.shared()
        let unit = try UnitName("sc-\(stem).service")
        try manager.install(
            unit: unit.rawValue,
            text: "[Service]\nType=notify\nTimeoutStartSec=\(seconds)\nExecStart=/bin/sleep infinity\n")
        return (try SystemctlServiceManager(scope: .user, environment: manager.environment), .init(.start, unit))
    }

    /// Process numbers of systemctl children whose command line names the unit.
    private static func children(naming unit: UnitName) -> [(pid: Int32, input: String)] {
        guard let proc = opendir("/proc") else { return [] }
        defer { closedir(proc) }
        var found: [(Int32, String)] = []
        while let entry = readdir(proc) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let pid = Int32(name), text("/proc/\(pid)/cmdline").hasSuffix("start\0--\0\(unit)\0") else {
                continue
            }
            found.append((pid, link("/proc/\(pid)/fd/0")))
        }
        return found
    }

    private static func text(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(file, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : ""
    }

    private static func link(_ path: String) -> String {
        var bytes = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self) : ""
    }

    @Test func theChildHoldsTheLockRecord() async throws {
        let (seen, isHeld) = try await onOwnThread {
            let (client, command) = try Self.hanging("lock", seconds: 1)
            let path = try UserManager.shared().scratch + "/record"
            let record = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            defer { close(record) }
            try #require(flock(record, LOCK_EX | LOCK_NB) == 0)
            let inspector = Inspector(descriptor: record)
            var seen = ""
            var isHeld = false
            inspector.onTick = { () throws(FleetError) in
                guard seen.isEmpty, let child = Self.children(naming: command.unit).first else { return }
                seen = child.input
                // The lock as a successor would try it, were this process gone: through the child's copy alone.
                let other = open(path, O_RDWR | O_CLOEXEC)
                defer { close(other) }
                isHeld = flock(other, LOCK_EX | LOCK_NB) != 0
            }
            _ = try client.perform([command], maxParallel: nil, supervisor: inspector)
            return (seen, isHeld)
        }
        #expect(seen.hasSuffix("/record"))
        #expect(isHeld)
    }

    @Test func anEvictedOwnersChildDiesBeforePerformReturns() async throws {
        let left = try await onOwnThread {
            let (client, command) = try Self.hanging("evicted", seconds: 30)
            let inspector = Inspector()
            var seen = false
            inspector.onTick = { () throws(FleetError) in
                guard !Self.children(naming: command.unit).isEmpty else { return }
                seen = true
                throw FleetError(.evicted, "taken over", hint: "")
            }
            do {
                _ = try client.perform([command], maxParallel: nil, supervisor: inspector)
                throw Trouble("perform did not rethrow")
            } catch let error as FleetError where error.code == .evicted {}
            let left = Self.children(naming: command.unit).map(\.pid)
            _ = try client.perform([.init(.stop, command.unit)], maxParallel: nil, supervisor: Unsupervised())
            guard seen else { throw Trouble("no child was seen") }
            return left
        }
        #expect(left.isEmpty)
    }

    @Test func aLongJobIsKnownEveryTwoSeconds() async throws {
        let known = try await onOwnThread {
            let (client, command) = try Self.hanging("long", seconds: 5)
            let inspector = Inspector()
            _ = try client.perform([command], maxParallel: nil, supervisor: inspector)
            return inspector.known
        }
        #expect(known >= 2)
    }

    @Test func noSystemctlIsSaid() {
        #expect {
            try SystemctlServiceManager(scope: .user, environment: ["PATH": "relative::/nonexistent"])
        } throws: {
            ($0 as? FleetError)?.code == .noServiceManager && "\($0)".contains("relative::/nonexistent")
        }
    }

    @Test func noManagerIsSaid() async throws {
        let code = try await onOwnThread {
            var environment = try UserManager.shared().environment
            environment["XDG_RUNTIME_DIR"] = "/nonexistent"
            let client = try SystemctlServiceManager(scope: .user, environment: environment)
            do {
                _ = try client.states(of: [UnitName("a.service")])
                return FleetError.Code?.none
            } catch let error as FleetError { return error.code }
        }
        #expect(code == .noServiceManager)
    }

    @Test func aChildThatTakesTooLongIsKilled() async throws {
        let (ending, took) = try await onOwnThread {
            let begin = ContinuousClock.now
            let child = ChildProcess(executable: "/bin/sleep", arguments: ["60"], environment: [:])
            return (try child.run(timeout: .milliseconds(200)).ending, ContinuousClock.now - begin)
        }
        #expect(ending == .timedOut)
        #expect(took < .seconds(20))
    }

    @Test func shownTextIsRead() throws {
        #expect(Timestamp.microseconds("Tue 2026-11-24 02:26:34.541872 UTC") == 1_795_487_194_541_872)
        #expect(Timestamp.microseconds("Thu 1970-01-01 00:00:01 UTC") == 1_000_000)
        #expect(Timestamp.microseconds("Thu 2024-02-29 00:00:00 UTC") == 1_709_164_800_000_000)
        for text in ["n/a", "U 1970-01-01 00:00:. UTC", "U 1970-01-01 00:00:.123456 UTC", "U 1970-01-01 00:00:1. UTC"] {
            #expect(Timestamp.microseconds(text) == nil, "\(text)")
        }
        #expect(TimeSpan.duration("1min 30s") == .seconds(90))
        #expect(TimeSpan.duration("infinity") == nil)
        #expect(
            ShownUnit.words(#"a.service "app-x\\x2dy.slice" b.service"#) == [
                "a.service", #"app-x\x2dy.slice"#, "b.service",
            ])
        let a = try UnitName("a.service")
        #expect(ShownUnit.parse("LoadState=loaded\nActiveState=active\nSubState=running\n", asked: [a, a]) == nil)
    }
}
