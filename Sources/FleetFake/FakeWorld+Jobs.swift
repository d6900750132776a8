internal import FleetGuard
internal import FleetKit

/// The job queue: merging, conflicts, propagation and order, after systemd's job_compare() and job_install().
extension FakeWorld {
    // MARK: Asking

    /// Queues a job with everything that it pulls in; the answer is the job's number (an older one's when they merge).
    @discardableResult
    package mutating func enqueue(_ verb: FakeJob.Verb, _ name: String, by sender: FakeSender, at time: Int64) -> UInt32
    {
        let id = install(verb, name, by: sender, at: time)
        switch verb {
        case .start, .restart:
            pullIn(requirementsOf: name, by: sender, at: time, seen: [name])
            if verb == .restart { propagate(.restart, from: name, by: sender, at: time, seen: [name]) }
        case .stop: propagate(.stop, from: name, by: sender, at: time, seen: [name])
        }
        return id
    }

    private mutating func pullIn(requirementsOf name: String, by sender: FakeSender, at time: Int64, seen: Set<String>)
    {
        for required in (units[name]?.requires ?? []).map(\.rawValue) where !seen.contains(required) {
            if runtimes[required]?.active != "active" && units[required]?.load == .loaded {
                install(.start, required, by: sender, at: time)
            }
            pullIn(requirementsOf: required, by: sender, at: time, seen: seen.union([required]))
        }
    }

    /// Requires=: an explicit stop or restart reaches every dependent that is up (a restart not those that go down).
    private mutating func propagate(
        _ verb: FakeJob.Verb, from name: String, by sender: FakeSender, at time: Int64, seen: Set<String>
    ) {
        for other in units.keys.sorted() where !seen.contains(other) {
            guard units[other]?.requires.contains(where: { $0.rawValue == name }) == true,
                let runtime = runtimes[other], !runtime.isDown, verb == .stop || runtime.active != "deactivating"
            else { continue }
            install(verb, other, by: sender, at: time)
            propagate(verb, from: other, by: sender, at: time, seen: seen.union([other]))
        }
    }

    @discardableResult
    private mutating func install(
        _ verb: FakeJob.Verb, _ name: String, by sender: FakeSender, at time: Int64
    ) -> UInt32 {
        if let index = jobs.firstIndex(where: { $0.unit == name }) {
            let old = jobs[index]
            let conflicts = (old.verb == .stop) != (verb == .stop)
            if !conflicts {
                let merged: FakeJob.Verb = old.verb == verb ? verb : .restart
                // A running start that becomes a restart starts again; a restart swallows a start.
                if merged != old.verb { jobs[index].running = false }
                jobs[index].verb = merged
                return old.id
            }
            finish(old.id, "canceled", at: time)
        }
        lastJob += 1
        jobs.append(
            FakeJob(
                id: lastJob, verb: verb, unit: name,
                deadline: units[name]?.jobTimeout.map { time + $0.wholeNanoseconds }, sender: sender))
        return lastJob
    }

    mutating func resetFailed(_ name: String) {
        guard var runtime = runtimes[name] else { return }
        runtime.starts = []
        runtime.restarts = 0
        runtime.result = "success"
        if runtime.active == "failed" {
            runtime.enter("inactive", "dead")
        }
        runtimes[name] = runtime
    }

    // MARK: Running

    /// Begins every job that nothing holds back, until none is left that could.
    package mutating func runJobs(at time: Int64) {
        while let job = jobs.first(where: { !$0.running && mayRun($0) }), let unit = units[job.unit] {
            guard let index = jobs.firstIndex(where: { $0.id == job.id }) else { return }
            jobs[index].running = true
            note(.begun, job, at: time)
            switch job.verb {
            case .stop, .restart: if beginStop(unit, at: time) { stopEnded(job.unit, at: time) }
            case .start:
                if runtimes[job.unit]?.active == "active" {
                    finish(job.id, "done", at: time)
                } else if !requirementsHold(of: unit) {
                    finish(job.id, "dependency", at: time)
                } else if runtimes[job.unit]?.isRunning != true {
                    beginRun(unit, job: job.id, at: time)
                }
            }
        }
    }

    private func mayRun(_ job: FakeJob) -> Bool {
        if job.verb == .start {
            let runtime = runtimes[job.unit]
            // systemd answers -EAGAIN here: a start waits for the end of a stop, and for the timer of an auto-restart.
            if runtime?.active == "deactivating" || runtime?.isInAutoRestart == true { return false }
            let before = (units[job.unit]?.after ?? []).map(\.rawValue)
            if jobs.contains(where: { before.contains($0.unit) }) { return false }
        }
        // Whoever stops and comes after this unit stops first.
        return !jobs.contains { other in
            other.id != job.id && other.verb != .start
                && units[other.unit]?.after.contains { $0.rawValue == job.unit } == true
        }
    }

    private func requirementsHold(of unit: FakeUnit) -> Bool {
        unit.requires.allSatisfy { required in
            let active = runtimes[required.rawValue]?.active
            // Without After= a requirement need only be on its way.
            return active == "active" || (active == "activating" && !unit.after.contains(required))
        }
    }

    // MARK: Ending

    /// The unit went down under a stop or restart job: the one is done, the other goes on as a start.
    mutating func stopEnded(_ name: String, at time: Int64) {
        guard let index = jobs.firstIndex(where: { $0.unit == name }) else { return }
        switch jobs[index].verb {
        case .stop: finish(jobs[index].id, runtimes[name]?.result == "timeout" ? "failed" : "done", at: time)
        case .restart:
            jobs[index].verb = .start
            jobs[index].running = false
        case .start: break
        }
    }

    /// Ends the unit's running start job, if it has one.
    mutating func finishJob(of name: String, _ result: String, at time: Int64) {
        guard let job = jobs.first(where: { $0.unit == name && $0.running && $0.verb == .start }) else { return }
        finish(job.id, result, at: time)
    }

    mutating func finish(_ id: UInt32, _ result: String, at time: Int64) {
        guard let index = jobs.firstIndex(where: { $0.id == id }) else { return }
        let job = jobs.remove(at: index)
        ends[id] = FakeEnd(result: result, at: time)
        note(.ended, job, result: result, at: time)
        guard job.verb == .start, result != "done" else { return }
        for waiting in jobs where waiting.verb == .start && !waiting.running {
            if units[waiting.unit]?.requires.contains(where: { $0.rawValue == job.unit }) == true {
                finish(waiting.id, "dependency", at: time)
            }
        }
    }

    private mutating func note(_ what: FakeEvent.What, _ job: FakeJob, result: String? = nil, at time: Int64) {
        events.append(
            FakeEvent(
                what, job.verb.rawValue, job.unit, by: job.sender, job: job.id, result: result, at: time))
    }
}
