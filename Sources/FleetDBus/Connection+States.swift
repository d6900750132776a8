internal import FleetGuard
internal import FleetKit

extension Connection {
    /// The states of all units through one pipeline: one `GetAll` of the unit's own interface, which is one moment's
    /// truth, and a `Get` for each property wanted of the service, whose `GetAll` carries some hundred others. (That
    /// beat both all-`Get` and all-`GetAll`.)
    func states(of units: [UnitName], _ heartbeat: Heartbeat) throws(WireError) -> [UnitState] {
        var questions: [(unit: Int, field: UnitProperties.Field?)] = []
        for (index, unit) in units.enumerated() {
            questions.append((index, nil))
            if unit.isService { questions += UnitProperties.Field.ofService.map { (index, $0) } }
        }
        var properties = units.map { UnitProperties($0) }
        let missing = try read(questions, of: units, into: &properties, heartbeat)
        var states = try WireError.stopping { () throws(FleetError) in
            try units.indices.map { (index) throws(FleetError) in
                missing.contains(index)
                    ? UnitState(name: units[index], loadState: "not-found") : try properties[index].unitState()
            }
        }
        // Asked only of units whose start failed before they had a main process.
        try add("ExecStart", of: Manager.serviceInterface, to: &states, where: \.lacksExit, heartbeat) {
            (state, value) throws(FleetError) in state.mainExit = try UnitProperties.commandExit(&value)
        }
        // Only a failure is asked for its words: most looks find none.
        try add(
            "StatusText", of: Manager.serviceInterface, to: &states,
            where: { $0.isExplained && $0.name.isService }, heartbeat,
            read: { (state, value) throws(FleetError) in state.statusText = try value.string() })
        // A job tells its own type only; it may be gone by the time it is asked, and its type then stays empty.
        try add(
            "JobType", of: "org.freedesktop.systemd1.Job", to: &states, where: { $0.job != nil }, heartbeat,
            at: { "\(UnitPath.manager)/job/\($0.job?.id ?? 0)" },
            read: { (state, value) throws(FleetError) in state.job?.type = try value.string() })
        return states
    }

    /// Reads properties of units in one pipeline.
    ///
    /// - Parameter questions: the index of a unit, and a property or, with nil, all of the unit's own interface.
    /// - Returns: the indices of the units that the manager does not know, of those that were asked for all.
    func read(
        _ questions: [(unit: Int, field: UnitProperties.Field?)], of units: [UnitName],
        into properties: inout [UnitProperties], _ heartbeat: Heartbeat
    ) throws(WireError) -> Set<Int> {
        let paths = units.map(UnitPath.of)
        var missing: Set<Int> = []
        try pipeline(questions.count, heartbeat) { (index) throws(FleetError) in
            let (unit, field) = questions[index]
            guard let field else { return try Manager.getAll(of: Manager.unitInterface, at: paths[unit]) }
            return try Manager.get(field.rawValue, of: field.interface, at: paths[unit])
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
        return missing
    }

    /// Asks for one more property of some of the units. A unit may be forgotten by now, and an older manager may not know
    /// the property: its state then stays as it is.
    private func add(
        _ name: String, of interface: String, to states: inout [UnitState], where isWanted: (UnitState) -> Bool,
        _ heartbeat: Heartbeat, at path: (UnitState) -> String = { UnitPath.of($0.name) },
        read: (inout UnitState, inout MessageReader) throws(FleetError) -> Void
    ) throws(WireError) {
        let wanted = states.indices.filter { isWanted(states[$0]) }
        let questions = wanted.map { PropertyQuestion(name: name, interface: interface, path: path(states[$0])) }
        try ask(questions, heartbeat) { (index, reply) throws(FleetError) in
            guard case .answer(let answer) = reply else { return }
            var value = try answer.variant(name)
            try read(&states[wanted[index]], &value)
        }
    }

    /// The job of each unit, or nil: the cheapest question that proves the manager still knows what we wait for.
    func jobs(of units: [UnitName], _ heartbeat: Heartbeat) throws(WireError) -> [UnitState.Job?] {
        let questions = units.map {
            PropertyQuestion(name: "Job", interface: Manager.unitInterface, path: UnitPath.of($0))
        }
        var jobs: [UnitState.Job?] = []
        try ask(questions, heartbeat) { (index, reply) throws(FleetError) in
            if reply.isNoSuchUnit { return jobs.append(nil) }
            let unit = units[index]
            var value = try reply.get("to report the job of \(unit)").variant("the job of \(unit)")
            jobs.append(try UnitProperties.job(&value))
        }
        return jobs
    }
}
