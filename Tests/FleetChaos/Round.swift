internal import FleetGuard
internal import FleetKit
internal import FleetTestSupport
internal import Glibc

/// One round: starts the processes of a plan and strikes them until all have ended.
///
/// Everything happens on one thread that sleeps in `poll` on the run directory's inotify, so a blow falls within
/// microseconds of the event that it waits for.
final class Round {
    private let plan: RoundPlan
    private let arena: Arena
    private let view: RunDirectoryView
    private let clock = SystemClock()
    private var waiting: [ProcessPlan]
    private(set) var victims: [Victim] = []
    private var seen = RunDirectoryView.Look()
    /// An owner that died while others waited.
    private var death: (at: Duration, waiters: [Victim], isDisturbed: Bool)?
    private(set) var tally = Tally()
    private(set) var story: [String] = []
    private let begin: Duration

    private static let limit = Duration.seconds(90)

    init(_ plan: RoundPlan, in arena: Arena) throws {
        self.plan = plan
        self.arena = arena
        waiting = plan.processes.sorted { $0.start < $1.start }
        view = try RunDirectoryView(arena.runDirectory)
        begin = clock.now()
    }

    /// - Throws: `Interrupted`; `ChaosFailure` when a process does not end.
    func run() throws {
        while !waiting.isEmpty || victims.contains(where: { $0.end == nil }) {
            if isInterrupted() { throw Interrupted() }
            guard clock.now() - begin < Self.limit else {
                throw ChaosFailure(
                    "no end after \(Self.limit): " + living.map { "\($0.pid)" }.joined(separator: ", "))
            }
            try startDue()
            look()
            for victim in living { try strike(victim) }
            for victim in victims where victim.end == nil { reap(victim) }
            sleep()
        }
        tally.processes = victims.count
    }

    private var living: [Victim] { victims.filter { $0.end == nil } }

    private func startDue() throws {
        while let next = waiting.first, clock.now() - begin >= next.start {
            waiting.removeFirst()
            let process = try arena.start(next.words, number: victims.count)
            victims.append(Victim(next, process, now: clock.now()))
            tell("start \(process.pid): \(next.words.joined(separator: " "))")
        }
    }

    // MARK: What the processes do

    private func look() {
        guard let changes = view.changes() else { return }
        let now = clock.now()
        for change in changes {
            tell("lock: \(change)")
            guard case .takenOver = change else {
                death = nil
                continue
            }
            tally.takeovers += 1
            guard let death else { continue }
            let isDisturbed = death.isDisturbed || living.contains(where: \.isFrozen)
            if isDisturbed { tally.disturbed.add(now - death.at) } else { tally.calm.add(now - death.at) }
            tell("takeover after \(now - death.at)\(isDisturbed ? ", somebody stopped" : "")")
            self.death = nil
        }
        let look = view.look()
        if let token = look.mutexToken, token != seen.mutexToken, let pid = look.inside { victim(pid)?.entered(now) }
        if let token = look.token, let pid = look.owner, let owner = victim(pid) {
            if token != seen.token { owner.becameOwner(now) }
            if let phase = look.phase, phase != seen.phase || token != seen.token { owner.reported(phase, now) }
        }
        seen = look
    }

    private func victim(_ pid: pid_t) -> Victim? { victims.first { $0.pid == pid && $0.end == nil } }

    // MARK: What befalls them

    private func strike(_ victim: Victim) throws {
        let now = clock.now()
        if let ending = victim.takeThaw(now) {
            switch ending {
            case .kill: kill(victim)
            case .continue:
                victim.process.thaw()
                tell("continue \(victim.pid)")
            }
        }
        guard let blow = victim.takeDue(now) else { return }
        switch blow {
        case .kill: kill(victim)
        case .freeze(let length, let ending):
            guard !victim.isFrozen, victim.process.isRunning else { return }
            do { try victim.process.freeze() } catch { return reap(victim) }  // it ended at this very moment
            guard !arena.holdsScriptedMutex(victim.pid) else {
                // A real systemd has no lock that a stopped client could keep: another moment.
                victim.process.thaw()
                return victim.postpone(blow, to: now + .milliseconds(1))
            }
            victim.frozen(until: clock.now() + length, ending)
            tally.freezes += 1
            if death != nil { death?.isDisturbed = true }
            tell("stop \(victim.pid) for \(length)")
        }
    }

    private func kill(_ victim: Victim) {
        let look = view.look()
        let isOwner = look.owner == victim.pid
        let waiters = isOwner ? living.filter { $0 !== victim && !$0.isFrozen && $0.isWaiting } : []
        let now = clock.now()
        guard victim.process.isRunning else { return reap(victim) }
        let isInCall = victim.isInCall
        victim.process.signal(SIGKILL)
        victim.isKilled = true
        tell(
            "kill \(victim.pid)\(isOwner ? ", the owner" : "")\(look.inside == victim.pid ? ", last in the mutex" : "")"
        )
        if isOwner {
            tally.killsOfOwners += 1
            if !waiters.isEmpty { death = (now, waiters, living.contains(where: \.isFrozen)) }
        }
        if look.inside == victim.pid { tally.killsInside += 1 }
        if isInCall { tally.killsInCalls += 1 }
    }

    private func reap(_ victim: Victim) {
        guard !victim.process.isRunning, let end = try? victim.process.wait(within: .zero) else { return }
        victim.end = end
        tell("end \(victim.pid): \(end)")
        if end == .signal(SIGKILL) && victim.isKilled {
            tally.kills += 1
        } else {
            tally.ends[end == .signal(SIGKILL) ? "killed by the guard" : "\(end)", default: 0] += 1
        }
        if end == .exit(76) || end == .signal(SIGKILL) && !victim.isKilled { tally.evictions += 1 }
        death?.waiters.removeAll { $0 === victim }
        if death?.waiters.isEmpty == true { death = nil }
    }

    private func sleep() {
        let now = clock.now()
        var next = now + .milliseconds(5)
        if let start = waiting.first?.start { next = min(next, begin + start) }
        for victim in living { if let due = victim.due { next = min(next, due) } }
        guard next > now else { return }
        var wanted = pollfd(fd: view.descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = (next - now).wholeMilliseconds
        // poll counts in milliseconds; what is left of a shorter time is slept in small steps.
        if milliseconds > 0 {
            poll(&wanted, 1, CInt(clamping: milliseconds))
        } else {
            clock.sleep(for: min(next - now, .microseconds(40)))
        }
    }

    // MARK: Telling

    private func tell(_ line: String) {
        story.append("\((clock.now() - begin).wholeMicroseconds) µs  \(line)")
    }

    /// Processes that ended by themselves in another way than done, busy or evicted. A restart may meet a job that a
    /// dead one left to the manager, so a failed unit is worth a word and no broken promise; everything else is one.
    var oddEnds: [Victim] {
        let usual: [TestProcess.End] = [.exit(0), .exit(75), .exit(76), .signal(SIGKILL)]
        return victims.filter { victim in victim.end.map { !usual.contains($0) } ?? false }
    }

    /// What happened, and what each process said.
    var account: String {
        (story + victims.map { "-- " + $0.account }).joined(separator: "\n")
    }
}
