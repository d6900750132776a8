internal import FleetGuard
internal import FleetKit

extension Seam: ProcessTable {
    var me: ProcessIdentity { identity(SimulatedKernel.firstProcess + Int32(index)) }

    private func identity(_ pid: Int32) -> ProcessIdentity {
        ProcessIdentity(pid: pid, start: UInt64(pid), pidNamespace: 1, bootID: "boot", host: "host", uid: 1)
    }

    func liveness(of process: ProcessIdentity) -> Liveness {
        ask(.liveness(process.pid)) == .liveness(true) ? .alive : .gone
    }

    func exclusiveHolders(of file: FileID) -> [Int32] {
        processes(ask(bug == .killsReaders ? .openers(file) : .exclusiveHolders(file)))
    }

    func writers(of file: FileID) -> [Int32] { bug == .writersOverlooked ? [] : processes(ask(.writers(file))) }

    private func processes(_ answer: SeamAnswer?) -> [Int32] {
        if case .processes(let numbers) = answer { numbers } else { [] }
    }

    func identify(_ pid: Int32) -> ProcessIdentity? {
        ask(.identify(pid)) == .liveness(true) ? identity(pid) : nil
    }

    func runsMyProgram(_ pid: Int32) -> Bool { pid < SimulatedKernel.firstChild }

    func isStopped(_ pid: Int32) -> Bool { bug == .killsTheSlow || ask(.isStopped(pid)) == .flag(true) }

    func kill(_ process: ProcessIdentity) -> Bool {
        process.pid != me.pid && ask(.kill(process.pid)) == .flag(true)
    }
}
