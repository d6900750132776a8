internal import FleetGuard
internal import FleetKit

/// Everything that the scripted service manager knows, and what becomes of it as time passes.
///
/// A value without files, clocks or processes: `advance(to:)` plays what happened since the last call, so a job
/// goes on although its sender died. The rules are systemd's as far as a fleet can tell.
package struct FakeWorld: Codable {
    package var units: [String: FakeUnit] = [:]
    package var runtimes: [String: FakeRuntime] = [:]
    var jobs: [FakeJob] = []
    var ends: [UInt32: FakeEnd] = [:]
    var lastJob: UInt32 = 0
    var lastInvocation: UInt64 = 0
    var lastPID: Int32 = Self.firstPID
    /// Wall clock minus monotonic clock, nanoseconds.
    var wallOffset: Int64 = 0

    /// Names of units that were enabled.
    var enabled: Set<String>?

    /// What happened since the world was loaded; for the log, not for the file.
    package var events: [FakeEvent] = []

    /// Above the kernel's largest pid_max (2^22): no scripted process is ever mistaken for a real one.
    static let firstPID: Int32 = 1 << 22
    /// A sender that did not look for this long has lost its answer, as over a broken bus.
    static let endsKept: Int64 = 60_000_000_000

    private enum CodingKeys: String, CodingKey {
        case units, runtimes, jobs, ends, lastJob, lastInvocation, lastPID, wallOffset, enabled
    }

    // MARK: Time

    /// When something happens next by itself; nil = never.
    var nextDeadline: Int64? {
        let unitTimes = runtimes.values.compactMap(\.deadline)
        return (unitTimes + jobs.compactMap(\.deadline)).min()
    }

    package mutating func advance(to now: Int64) {
        while let time = nextDeadline, time <= now {
            if let job = jobs.first(where: { $0.deadline == time }) {
                finish(job.id, "timeout", at: time)
            } else if let name = runtimes.keys.sorted().first(where: { runtimes[$0]?.deadline == time }) {
                fire(name, at: time)
            }
            runJobs(at: time)
        }
        ends = ends.filter { now - $0.value.at < Self.endsKept }
        for (name, runtime) in runtimes where !runtime.lingering.isEmpty {
            runtimes[name]?.lingering.removeAll { $0.until <= now }
        }
    }

    private mutating func fire(_ name: String, at time: Int64) {
        guard let next = runtimes[name]?.next, let unit = units[name] else {
            runtimes[name]?.schedule(nil)
            return
        }
        runtimes[name]?.schedule(nil)
        switch next {
        case .started: becameReady(unit, at: time)
        case .startTimedOut: processEnded(unit, .signal(15), result: "timeout", at: time)
        case .died: processEnded(unit, lastRun(of: unit).end ?? .status(0), at: time)
        case .stopped: stopped(unit, result: "success", at: time)
        case .stopTimedOut: stopped(unit, result: "timeout", at: time)
        case .autoRestart:
            runtimes[name]?.restarts += 1
            enqueue(.restart, name, by: .manager, at: time)
        }
    }

    // MARK: Runs

    /// Begins the unit's next run, or says why not. Called when its start job (or a restart's second half) may run.
    mutating func beginRun(_ unit: FakeUnit, job: UInt32, at time: Int64) {
        let name = unit.name.rawValue
        var runtime = runtimes[name] ?? FakeRuntime()
        let window = time - unit.startLimitInterval.wholeNanoseconds
        runtime.starts.removeAll { $0 <= window }
        if unit.startLimitBurst > 0, runtime.starts.count >= unit.startLimitBurst {
            runtime.enter("failed", "failed")
            // Only over success: a unit that had failed keeps its older Result (service_enter_dead() of systemd 252).
            if runtime.result == "success" { runtime.result = "start-limit-hit" }
            runtime.schedule(nil)
            runtimes[name] = runtime
            finish(job, "failed", at: time)
            return
        }
        guard unit.conditionHolds else {
            runtime.conditionResult = false
            runtime.enter("inactive", "dead")
            runtimes[name] = runtime
            finish(job, "done", at: time)
            return
        }
        runtime.starts.append(time)
        runtime.conditionResult = true
        runtime.enter("activating", "start")
        runtime.result = "success"
        runtime.exitCode = 0
        runtime.exitStatus = 0
        runtime.statusText = nil
        lastInvocation += 1
        let digits = String(lastInvocation, radix: 16)
        runtime.invocation = String(repeating: "0", count: 32 - digits.count) + digits
        lastPID += 1
        runtime.mainPID = lastPID
        let run = unit.run(runtime.runs)
        runtime.runs += 1
        let timeout = unit.startTimeout
        if run.hangs || timeout.map({ run.startDelay > $0 }) == true {
            runtime.schedule(timeout == nil ? nil : .startTimedOut, at: time + (timeout?.wholeNanoseconds ?? 0))
        } else {
            runtime.schedule(.started, at: time + run.startDelay.wholeNanoseconds)
        }
        runtimes[name] = runtime
    }

    private func lastRun(of unit: FakeUnit) -> FakeUnit.Run {
        unit.run(max(0, (runtimes[unit.name.rawValue]?.runs ?? 1) - 1))
    }

    private mutating func becameReady(_ unit: FakeUnit, at time: Int64) {
        let name = unit.name.rawValue
        let run = lastRun(of: unit)
        if let host = unit.livesInside?.rawValue, !answers(host, at: time) {
            processEnded(unit, .status(1), at: time)
            return
        }
        if let end = run.end, run.lives == nil {
            processEnded(unit, end, at: time)
            return
        }
        runtimes[name]?.enter("active", "running")
        runtimes[name]?.activeSince = UInt64(max(0, (time + wallOffset) / 1_000))
        runtimes[name]?.answersAt = time + unit.answersAfter.wholeNanoseconds
        if run.end != nil, let lives = run.lives {
            runtimes[name]?.schedule(.died, at: time + lives.wholeNanoseconds)
        }
        finishJob(of: name, "done", at: time)
    }

    /// True when the unit's server takes new sessions.
    func answers(_ name: String, at time: Int64) -> Bool {
        guard let runtime = runtimes[name] else { return false }
        return runtime.active == "active" && runtime.answersAt <= time
    }

    /// The main process is gone without a stop: `result` nil = as its end says.
    package mutating func processEnded(_ unit: FakeUnit, _ end: FakeUnit.End, result: String? = nil, at time: Int64) {
        let name = unit.name.rawValue
        guard var runtime = runtimes[name], runtime.isRunning else { return }
        if runtime.active == "deactivating" { return stopped(unit, result: "success", at: time) }
        switch end {
        case .status(let status):
            (runtime.exitCode, runtime.exitStatus) = (1, status)
            runtime.result = result ?? (status == 0 ? "success" : "exit-code")
        case .signal(let signal):
            (runtime.exitCode, runtime.exitStatus) = (2, signal)
            runtime.result = result ?? "signal"
        }
        let failed = runtime.result != "success"
        runtime.mainPID = 0
        if unit.restart == .always || (unit.restart == .onFailure && failed) {
            runtime.enter("activating", "auto-restart")
            runtime.schedule(.autoRestart, at: time + unit.restartDelay.wholeNanoseconds)
        } else {
            runtime.enter(failed ? "failed" : "inactive", failed ? "failed" : "dead")
            runtime.schedule(nil)
        }
        runtimes[name] = runtime
        finishJob(of: name, failed ? "failed" : "done", at: time)
        hostEnded(name, at: time)
    }

    /// Begins a stop; true when the unit is down at once.
    mutating func beginStop(_ unit: FakeUnit, at time: Int64) -> Bool {
        let name = unit.name.rawValue
        guard let runtime = runtimes[name], !runtime.isDown else { return true }
        guard runtime.isRunning else {
            runtimes[name]?.enter("inactive", "dead")
            runtimes[name]?.schedule(nil)
            return true
        }
        guard runtime.active != "deactivating" else { return false }
        runtimes[name]?.enter("deactivating", "stop-sigterm")
        if let limit = unit.stopTimeout, unit.stopDelay > limit {
            runtimes[name]?.schedule(.stopTimedOut, at: time + limit.wholeNanoseconds)
        } else {
            runtimes[name]?.schedule(.stopped, at: time + unit.stopDelay.wholeNanoseconds)
        }
        return false
    }

    private mutating func stopped(_ unit: FakeUnit, result: String, at time: Int64) {
        let name = unit.name.rawValue
        guard var runtime = runtimes[name] else { return }
        if unit.linger > .zero {
            runtime.lingering.append(
                .init(pid: runtime.mainPID, until: time + unit.linger.wholeNanoseconds))
        }
        runtime.mainPID = 0
        runtime.restarts = 0
        runtime.result = result
        (runtime.exitCode, runtime.exitStatus) = (2, 15)
        runtime.enter(result == "success" ? "inactive" : "failed", result == "success" ? "dead" : "failed")
        runtime.schedule(nil)
        runtimes[name] = runtime
        stopEnded(name, at: time)
        hostEnded(name, at: time)
    }

    /// The unit's run is over: what lived inside it dies.
    private mutating func hostEnded(_ host: String, at time: Int64) {
        for name in units.keys.sorted() {
            guard let unit = units[name], unit.livesInside?.rawValue == host,
                runtimes[name]?.active == "active" || runtimes[name]?.active == "deactivating"
            else { continue }
            processEnded(unit, .status(1), at: time)
        }
    }
}
