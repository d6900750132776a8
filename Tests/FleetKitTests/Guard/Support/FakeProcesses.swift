import FleetGuard
import FleetKit

/// Processes that live and die as a test says.
final class FakeProcesses: ProcessTable {
    var me: ProcessIdentity
    var states: [Int32: Liveness] = [:]
    var holders: (FileID) -> [Int32] = { _ in [] }
    var writing: (FileID) -> [Int32] = { _ in [] }
    var mayKill = true
    var mine: Set<Int32> = []
    var stopped: Set<Int32> = []
    var ancestors: Set<Int32> = []
    private(set) var killed: [Int32] = []
    /// Runs after each kill.
    var onKill: (Int32) -> Void = { _ in }

    init(pid: Int32) { me = Self.identity(pid) }

    static func identity(_ pid: Int32) -> ProcessIdentity {
        ProcessIdentity(pid: pid, start: UInt64(pid) * 10, pidNamespace: 7, bootID: "boot", host: "here", uid: 1000)
    }

    func liveness(of process: ProcessIdentity) -> Liveness { states[process.pid] ?? .alive }
    func exclusiveHolders(of file: FileID) -> [Int32] { holders(file) }
    func writers(of file: FileID) -> [Int32] { writing(file) }
    func identify(_ pid: Int32) -> ProcessIdentity? { Self.identity(pid) }
    func descends(from ancestor: ProcessIdentity) -> Bool { ancestors.contains(ancestor.pid) }
    func runsMyProgram(_ pid: Int32) -> Bool { mine.contains(pid) }

    func isStopped(_ pid: Int32) -> Bool { stopped.contains(pid) }

    func kill(_ process: ProcessIdentity) -> Bool {
        guard mayKill else { return false }
        killed.append(process.pid)
        onKill(process.pid)
        return true
    }
}
