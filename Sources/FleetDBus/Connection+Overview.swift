internal import FleetGuard
internal import FleetKit

extension Connection {
    /// The states of all units for showing: one call lists them, and of those that are active only the properties that
    /// the list lacks are asked for. The others are read whole, since what is wrong with them has to be told.
    func overview(
        of units: [UnitName], withCPU: Bool, _ heartbeat: Heartbeat
    ) throws(WireError) -> [UnitState] {
        guard !units.isEmpty else { return [] }
        let rows = try list(units, heartbeat)
        var active: [Int] = []
        var others: [Int] = []
        for (index, unit) in units.enumerated() {
            // A unit that is listed under another name (an alias) has no row of its own here.
            let isPlain = rows[unit].map { $0.isActive && $0.loadState == "loaded" } == true
            if isPlain && unit.isService { active.append(index) } else { others.append(index) }
        }
        var states = [UnitState?](repeating: nil, count: units.count)
        for (index, state) in zip(others, try self.states(of: others.map { units[$0] }, heartbeat)) {
            states[index] = state
        }
        let fields = UnitProperties.Field.ofOverview + (withCPU ? [.cpu] : [])
        let shown = try add(fields, to: active.compactMap { rows[units[$0]] }, heartbeat)
        for (index, state) in zip(active, shown) { states[index] = state }
        return states.compactMap(\.self)
    }

    /// One row for each unit that the manager knows under the name asked.
    func list(_ units: [UnitName], _ heartbeat: Heartbeat) throws(WireError) -> [UnitName: UnitState] {
        let question = try WireError.stopping { () throws(FleetError) in try Self.listing(of: units) }
        let reply = try call(question, timeout: limits.call + limits.perCall * units.count, heartbeat)
        return try WireError.stopping { () throws(FleetError) in try Self.rows(reply) }
    }

    static func listing(of units: [UnitName]) throws(FleetError) -> Message {
        try Manager.call("ListUnitsByNames").adding(units.map(\.rawValue))
    }

    static func rows(_ reply: Reply) throws(FleetError) -> [UnitName: UnitState] {
        var reader = MessageReader(try reply.get("to list the fleet's units"), "the list of units")
        var rows: [UnitName: UnitState] = [:]
        rows.reserveCapacity(64)
        for state in try reader.array(row) {
            if let state { rows[state.name] = state }
        }
        return rows
    }

    /// One row of `ListUnitsByNames`: (ssssssouso).
    private static func row(_ reader: inout MessageReader) throws(FleetError) -> UnitState? {
        var fields = try reader.structure()
        let name = try fields.string()
        let description = try fields.string()
        let (load, active, sub) = (try fields.string(), try fields.string(), try fields.string())
        _ = try fields.string()  // the unit that it follows
        _ = try fields.objectPath()
        let job = try fields.uint32()
        let jobType = try fields.string()
        guard let unit = UnitName(known: name) else { return nil }
        var state = UnitState(
            name: unit, loadState: load, activeState: active, subState: sub,
            job: job == 0 ? nil : .init(id: job, type: jobType))
        state.description = description
        return state
    }

    /// A unit that ended since it was listed keeps the row's state, and has the properties of a moment later.
    private func add(
        _ fields: [UnitProperties.Field], to rows: [UnitState], _ heartbeat: Heartbeat
    ) throws(WireError) -> [UnitState] {
        var properties = rows.map { UnitProperties(row: $0) }
        let questions: [(unit: Int, field: UnitProperties.Field?)] = rows.indices.flatMap { row in
            fields.map { (row, $0) }
        }
        _ = try read(questions, of: rows.map(\.name), into: &properties, heartbeat)
        return try WireError.stopping { () throws(FleetError) in
            try properties.map { (unit) throws(FleetError) in try unit.unitState() }
        }
    }
}
