import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Where there is no kernel lock, a command that outlives its owner is seen by the record that it has open.
@Suite struct PathModeOwnerTests {
    @Test func aCommandThatStillHasTheRecordOpenKeepsItsDeadOwnersLock() throws {
        let processes = FakeProcesses(pid: 1)
        processes.states[42] = .gone
        let record = LockRecord(
            token: LockToken.random(), owner: FakeProcesses.identity(42),
            request: LockRequest(scope: .fleet, command: "restart"), acquiredAt: "", mutex: .path)
        let observation = LockObservation(
            id: FileID(device: 1, inode: 2), stamp: FileTime(seconds: 0, nanoseconds: 0), kind: .regular,
            content: .record(try LockRecordText(parsing: LockRecordText.firstLine(record))), kernelLock: .unknown)
        processes.writing = { $0 == observation.id ? [77] : [] }
        #expect(!OwnerJudge(processes: processes).isAbandoned(observation))
        processes.writing = { _ in [] }
        #expect(OwnerJudge(processes: processes).isAbandoned(observation))
    }

    @Test func aWriterOfAFileIsFoundAndAReaderIsNot() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/file"
        let writer = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(writer) }
        var status = stat()
        #expect(fstat(writer, &status) == 0)
        let id = FileID(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        let processes = try ProcFileSystem()
        #expect(processes.writers(of: id) == [getpid()])
        let reader = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(reader) }
        #expect(dup2(reader, writer) == writer)
        #expect(processes.writers(of: id).isEmpty)
    }
}
