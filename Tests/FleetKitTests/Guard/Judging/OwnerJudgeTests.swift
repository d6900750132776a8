import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite struct OwnerJudgeTests {
    @Test(arguments: [
        (LockObservation.KernelLock.free, Liveness.alive, true), (.held, .gone, false), (.unknown, .gone, true),
        (.unknown, .alive, false), (.unknown, .unknowable, false),
    ])
    func `The kernel lock decides; without one only a proof of death does`(
        _ lock: LockObservation.KernelLock, _ liveness: Liveness, _ isAbandoned: Bool
    ) throws {
        let processes = FakeProcesses(pid: 1)
        processes.states[42] = liveness
        let text = try LockRecordText(parsing: LockRecordText.firstLine(LockRecordTextTests.record))
        let observation = LockObservation(
            id: FileID(device: 1, inode: 1), stamp: FileTime(seconds: 1, nanoseconds: 0), kind: .regular,
            content: .record(text), kernelLock: lock)
        #expect(OwnerJudge(processes: processes).isAbandoned(observation) == isAbandoned)
    }

    @Test func `Garbage is nobody's only when the kernel says so`() {
        func judge(_ lock: LockObservation.KernelLock) -> Bool {
            OwnerJudge(processes: FakeProcesses(pid: 1)).isAbandoned(
                LockObservation(
                    id: FileID(device: 1, inode: 1), stamp: FileTime(seconds: 1, nanoseconds: 0), kind: .regular,
                    content: .unreadable("it is empty"), kernelLock: lock))
        }
        #expect(judge(.free))
        #expect(!judge(.held))
        #expect(!judge(.unknown))
    }
}
