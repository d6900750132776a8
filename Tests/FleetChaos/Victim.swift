internal import FleetTestSupport
internal import Glibc

/// One running process of a round.
final class Victim {
    let plan: ProcessPlan
    let process: TestProcess
    private var pending: [Strike]
    private var armed: [(at: Duration, blow: Blow)] = []
    private var transitions = 0
    private(set) var thaw: (at: Duration, ending: Blow.Ending)?
    var end: TestProcess.End?
    /// SIGKILL was ours.
    var isKilled = false

    init(_ plan: ProcessPlan, _ process: TestProcess, now: Duration) {
        self.plan = plan
        self.process = process
        pending = plan.strikes
        arm(now) { if case .spawn(let delay) = $0 { delay } else { nil } }
    }

    var pid: pid_t { process.pid }
    var isFrozen: Bool { thaw != nil }

    func entered(_ now: Duration) {
        transitions += 1
        arm(now) { if case .transition(self.transitions, let delay) = $0 { delay } else { nil } }
    }

    func becameOwner(_ now: Duration) { arm(now) { if case .owner(let delay) = $0 { delay } else { nil } } }

    func reported(_ phase: String, _ now: Duration) {
        arm(now) { if case .phase(phase, let delay) = $0 { delay } else { nil } }
    }

    private func arm(_ now: Duration, _ delay: (Moment) -> Duration?) {
        pending.removeAll { strike in
            guard let delay = delay(strike.moment) else { return false }
            armed.append((now + delay, strike.blow))
            return true
        }
    }

    /// When something is to be done to it next.
    var due: Duration? { ([thaw?.at].compactMap { $0 } + armed.map(\.at)).min() }

    func takeDue(_ now: Duration) -> Blow? {
        guard let index = armed.firstIndex(where: { $0.at <= now }) else { return nil }
        return armed.remove(at: index).blow
    }

    func postpone(_ blow: Blow, to time: Duration) { armed.append((time, blow)) }

    func frozen(until time: Duration, _ ending: Blow.Ending) { thaw = (time, ending) }

    func takeThaw(_ now: Duration) -> Blow.Ending? {
        guard let thaw, thaw.at <= now else { return nil }
        self.thaw = nil
        return thaw.ending
    }

    /// What it was told, how it ended, and what it said.
    var account: String {
        let end = end.map { "\($0)" } ?? "alive"
        return "\(pid) \(plan.words.joined(separator: " ")): \(end)\n\(process.output)\(process.errors)"
    }

    /// It waits inside a system call: for a file, a lock, a time. "running" would be on a processor, inside or outside
    /// of one; -1 between two.
    var isInCall: Bool { TestProcess.contents("/proc/\(pid)/syscall").first?.isNumber == true }

    /// It waits for the lock: only then has it a watch.
    var isWaiting: Bool {
        FolderListing("/proc/\(pid)/fd", isDeep: false).entries.contains { entry in
            var buffer = [CChar](repeating: 0, count: 64)
            let count = readlink("/proc/\(pid)/fd/\(entry.name)", &buffer, buffer.count)
            return count > 0
                && buffer[..<count].map { UInt8(bitPattern: $0) }.elementsEqual("anon_inode:inotify".utf8)
        }
    }
}
