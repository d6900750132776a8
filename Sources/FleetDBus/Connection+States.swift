internal import FleetGuard
internal import FleetKit

extension Connection {
    /// The states of all units through one pipeline: one `GetAll` of the unit's own interface, which is one moment's
    /// truth, and a `Get` for each property wanted of the service, whose `GetAll` carries some hundred others. (That
    /// beat both all-`Get` and all-`GetAll`.)
    func states(
        of units: [UnitName], _ timeouts: Timeouts, _ heartbeat: Heartbeat
    ) throws(WireError) -> [UnitState] {
        guard !units.isEmpty else { return [] }
        var states = try readStates(of: units, timeouts, heartbeat)
        try addJobTypes(to: &states, timeouts, heartbeat)
        return states
    }

    func readStates(
        of units: [UnitName], _ timeouts: Timeouts, _ heartbeat: Heartbeat
    ) throws(WireError) -> [UnitState] {
        // nil stands for the GetAll
        var questions: [(unit: Int, field: UnitProperties.Field?)] = []
        var properties = units.map { UnitProperties($0) }
        var missing: Set<Int> = []
        for (index, unit) in units.enumerated() {
            questions.append((index, nil))
            guard unit.rawValue.ends(with: ".service") else { continue }
            questions += UnitProperties.Field.ofService.map { (index, $0) }
        }
        let timeout = timeouts.call + timeouts.perCall * questions.count
        try pipeline(questions.count, timeout: timeout, heartbeat) { (index) throws(FleetError) in
            let path = UnitPath.of(units[questions[index].unit])
            guard let field = questions[index].field else {
                return try Manager.getAll(of: Manager.unitInterface, at: path)
            }
            return try Manager.get(field.rawValue, of: field.interface, at: path)
        } received: { (index, reply) throws(WireError) in
            // The pipeline itself ends with `lost` for these.
            if reply.isUndelivered || reply.isUnanswered { return }
            let (unit, field) = questions[index]
            do throws(FleetError) {
                switch (reply, field) {
                case (.answer(let answer), nil): try properties[unit].read(all: answer)
                case (.answer(let answer), let field?): try properties[unit].read(field, in: answer)
                case (.refusal, nil) where reply.isNoSuchUnit: missing.insert(unit)
                // An older manager does not know every property, and a unit that is not there has none.
                case (.refusal, .some) where reply.isNoSuchProperty: break
                case (.refusal, _): _ = try reply.get("to report the state of \(units[unit])")
                }
            } catch { throw .stopped(error) }
        }
        var states: [UnitState] = []
        do throws(FleetError) {
            for (index, unit) in units.enumerated() {
                states.append(
                    missing.contains(index)
                        ? UnitState(name: unit, loadState: "not-found") : try properties[index].unitState())
            }
        } catch { throw .stopped(error) }
        try addCommandExits(to: &states, timeouts, heartbeat)
        try addStatusTexts(to: &states, timeouts, heartbeat)
        return states
    }

    /// Only a failure is asked for its words: most looks find none.
    private func addStatusTexts(
        to states: inout [UnitState], _ timeouts: Timeouts, _ heartbeat: Heartbeat
    ) throws(WireError) {
        let failed = states.indices.filter { states[$0].isExplained && states[$0].name.isService }
        guard !failed.isEmpty else { return }
        let field = UnitProperties.Field.statusText
        var calls: [Message] = []
        do throws(FleetError) {
            for index in failed {
                let path = UnitPath.of(states[index].name)
                calls.append(try Manager.get(field.rawValue, of: field.interface, at: path))
            }
        } catch { throw .stopped(error) }
        let replies = try pipeline(calls, timeouts, heartbeat)
        do throws(FleetError) {
            for (index, reply) in zip(failed, replies) {
                // It may be forgotten by now, and an older manager may not know the property.
                guard case .answer(let answer) = reply else { continue }
                var reader = MessageReader(answer, field.rawValue)
                var value = try reader.variant(field.rawValue)
                states[index].statusText = try value.string()
            }
        } catch { throw .stopped(error) }
    }

    /// Asked only of units whose start failed before they had a main process.
    private func addCommandExits(
        to states: inout [UnitState], _ timeouts: Timeouts, _ heartbeat: Heartbeat
    ) throws(WireError) {
        let silent = states.indices.filter { states[$0].lacksExit }
        guard !silent.isEmpty else { return }
        var calls: [Message] = []
        do throws(FleetError) {
            for index in silent {
                let path = UnitPath.of(states[index].name)
                calls.append(try Manager.get("ExecStart", of: Manager.serviceInterface, at: path))
            }
        } catch { throw .stopped(error) }
        let replies = try pipeline(calls, timeouts, heartbeat)
        do throws(FleetError) {
            for (index, reply) in zip(silent, replies) {
                guard case .answer(let answer) = reply else { continue }
                var reader = MessageReader(answer, "ExecStart")
                var value = try reader.variant("ExecStart")
                states[index].mainExit = try UnitProperties.commandExit(&value)
            }
        } catch { throw .stopped(error) }
    }

    /// A job tells its own type only; it may be gone by the time it is asked, and its type then stays empty.
    private func addJobTypes(
        to states: inout [UnitState], _ timeouts: Timeouts, _ heartbeat: Heartbeat
    ) throws(WireError) {
        let busy = states.indices.filter { states[$0].job != nil }
        guard !busy.isEmpty else { return }
        var calls: [Message] = []
        do throws(FleetError) {
            for index in busy {
                let path = "\(UnitPath.manager)/job/\(states[index].job?.id ?? 0)"
                calls.append(try Manager.get("JobType", of: "org.freedesktop.systemd1.Job", at: path))
            }
        } catch { throw .stopped(error) }
        let replies = try pipeline(calls, timeouts, heartbeat)
        do throws(FleetError) {
            for (index, reply) in zip(busy, replies) {
                guard case .answer(let answer) = reply else { continue }
                var reader = MessageReader(answer, "JobType")
                var value = try reader.variant("JobType")
                states[index].job?.type = try value.string()
            }
        } catch { throw .stopped(error) }
    }

    /// The job of each unit, or nil: the cheapest question that proves the manager still knows what we wait for.
    func jobs(
        of units: [UnitName], _ timeouts: Timeouts, _ heartbeat: Heartbeat
    ) throws(WireError) -> [UnitState.Job?] {
        var calls: [Message] = []
        do throws(FleetError) {
            for unit in units {
                calls.append(try Manager.get("Job", of: Manager.unitInterface, at: UnitPath.of(unit)))
            }
        } catch { throw .stopped(error) }
        let replies = try pipeline(calls, timeouts, heartbeat)
        var jobs: [UnitState.Job?] = []
        do throws(FleetError) {
            for (unit, reply) in zip(units, replies) {
                if reply.isNoSuchUnit {
                    jobs.append(nil)
                    continue
                }
                var reader = MessageReader(try reply.get("to report the job of \(unit)"), "the job of \(unit)")
                var value = try reader.variant("the job of \(unit)")
                jobs.append(try UnitProperties.job(&value))
            }
        } catch { throw .stopped(error) }
        return jobs
    }
}
