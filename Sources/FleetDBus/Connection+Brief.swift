internal import CDBus
internal import FleetGuard
internal import FleetKit

extension Connection {
    /// The states by which commands are decided and judged, for a fraction of what the whole ones cost the manager, which
    /// is busy with the fleet's jobs at that time: a list of all units and, of each that is up, two properties.
    ///
    /// A unit that is down is asked nothing more, so its run is not told. The manager forgets such a unit at once if nothing
    /// refers to it, and then reads its files again for each question.
    ///
    /// - Parameters:
    ///   - withoutRuns: indices of units whose run is of no interest: what was to stop is down or it is not.
    ///   - suffices: whether this is all that has to be known of the unit with that index. The others are read whole,
    ///     since what is wrong with them has to be told.
    func brief(
        of units: [UnitName], withoutRuns: Set<Int> = [], _ heartbeat: Heartbeat,
        suffices: (Int, UnitState) -> Bool = { $1.isPlain }
    ) throws(WireError) -> [UnitState] {
        guard !units.isEmpty else { return [] }
        let rows = try list(units, heartbeat)
        var states: [UnitState?] = units.map { rows[$0] }
        for (index, row) in states.enumerated() {
            if let row, !suffices(index, row) { states[index] = nil }
        }
        let running = units.indices.filter {
            !withoutRuns.contains($0) && states[$0].map { $0.activeState != "inactive" } == true
        }
        for (index, state) in zip(running, try runs(of: running.compactMap { states[$0] }, heartbeat)) {
            states[index] = state
        }
        let others = units.indices.filter { states[$0] == nil }
        for (index, state) in zip(others, try self.states(of: others.map { units[$0] }, heartbeat)) {
            states[index] = state
        }
        return states.compactMap(\.self)
    }

    /// Adds to each row which run of the unit it is.
    ///
    /// The list is asked for once more after these properties. A unit whose row is the same before and after was in that
    /// state when they were read.
    /// - Returns: nil for a unit that moved meanwhile, or whose run was not told.
    private func runs(of rows: [UnitState], _ heartbeat: Heartbeat) throws(WireError) -> [UnitState?] {
        guard !rows.isEmpty else { return [] }
        var questions: [(unit: Int, field: UnitProperties.Field)] = []
        for (index, row) in rows.enumerated() {
            questions += UnitProperties.Field.ofRun.filter { !$0.isOfService || row.name.isService }.map { (index, $0) }
        }
        let count = questions.count
        var properties = rows.map { UnitProperties(row: $0) }
        var again: [UnitName: UnitState] = [:]
        let timeout = limits.call + limits.perCall * (count + rows.count)
        try pipeline(count + 1, timeout: timeout, heartbeat) { (index) throws(FleetError) in
            guard index < count else { return try Self.listing(of: rows.map(\.name)) }
            let (unit, field) = questions[index]
            return try Manager.get(field.rawValue, of: field.interface, at: UnitPath.of(rows[unit].name))
        } received: { (index, reply) throws(WireError) in
            // The pipeline itself ends with `lost` for these.
            if reply.isUndelivered || reply.isUnanswered { return }
            do throws(FleetError) {
                guard index < count else {
                    again = try Self.rows(reply)
                    return
                }
                // A unit that is gone by now, or a manager that is older than the property.
                if reply.isNoSuchUnit || reply.isNoSuchProperty { return }
                let (unit, field) = questions[index]
                try properties[unit].read(field, in: try reply.get("to report the run of \(rows[unit].name)"))
            } catch { throw .stopped(error) }
        }
        return try WireError.stopping { () throws(FleetError) in
            try zip(rows, properties).map { (row, unit) throws(FleetError) in
                let state = try unit.unitState()
                return again[row.name] == row && !state.invocationID.isEmpty ? state : nil
            }
        }
    }
}

extension UnitState {
    /// Simply up or simply down.
    var isPlain: Bool {
        loadState == "loaded" && job == nil && (isActive || activeState == "inactive")
    }
}

extension UnitName {
    var isService: Bool { rawValue.ends(with: ".service") }
}
