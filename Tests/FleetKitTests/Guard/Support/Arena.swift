import FoundationEssentials
import Glibc
import SystemPackage

@testable import FleetGuard
@testable import FleetKit

/// A mosaic home of one test's own, and contenders for its lock: each with its own store and system calls, as
/// separate processes have.
final class Arena: Sendable {
    let home: String
    var run: String { home + "/fleet/run" }
    var lockPath: String { run + "/restart.lock" }
    var mutexPath: String { run + "/restart.mutex" }

    init() throws {
        var template = Array("/tmp/mosaic-guard-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        home = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: home) } catch { print("left behind: \(home): \(error)") }
    }

    /// The run directory's system calls.
    func calls(wakeDescriptor: CInt? = nil) throws -> LinuxLockFiles {
        guard let opened = try RunDirectoryOpener.open(home: home, create: true) else {
            throw Errno.noSuchFileOrDirectory
        }
        let path = opened.path
        return LinuxLockFiles(directory: opened.take(), path: path, wakeDescriptor: wakeDescriptor)
    }

    func store(
        _ calls: (any LockFileCalls)? = nil, mutex: MutexChoice = .auto, time: any GuardTime = SystemTime(),
        processes: (any ProcessTable)? = nil, patience: MutexPatience = MutexPatience()
    ) throws -> FileLockStore {
        try FileLockStore.open(
            try calls ?? self.calls(), mutex: mutex, time: time, processes: try processes ?? ProcFileSystem(),
            patience: patience)
    }

    func faulty() throws -> FaultyLockFiles { FaultyLockFiles(try calls()) }

    /// Names in the run directory, sorted.
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: run).sorted() }

    /// What is there beside the permanent mutex file.
    func leftovers() throws -> [String] { try names().filter { $0 != "restart.mutex" } }

    func write(_ bytes: some Collection<UInt8>, to name: String) throws {
        _ = try calls()
        try Data(bytes).write(to: URL(filePath: run + "/" + name))
    }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: run + "/" + name)), as: UTF8.self)
    }
}

extension LockRequest {
    static func test(_ command: String, maxHold: Duration? = nil, isRun: Bool = false) -> LockRequest {
        LockRequest(scope: .fleet, command: command, reason: "a test", maxHold: maxHold, isRun: isRun)
    }
}

extension FileLockStore {
    /// An operator's forced break of whoever owns the lock now.
    func breakWhatIsThere() throws -> Bool {
        guard let observation = try observe() else { return false }
        return try breakLock(observation, on: .forced)
    }
}

/// Runs the body, and gives the FleetError that it must end with.
func failure<Value>(_ body: () throws -> Value) -> FleetError? {
    do {
        _ = try body()
        return nil
    } catch let error as FleetError {
        return error
    } catch {
        return nil
    }
}
