internal import CDBus
internal import FleetKit

extension Connection {
    /// The states by which commands are decided and judged, for a fraction of what the whole ones cost the manager, which
    /// is busy with the fleet's jobs at that time: a list of all units, two properties of each, and the list once more.
    ///
    /// A unit whose row is the same before and after the properties was in that state when they were read. One that
    /// moved meanwhile is read whole, as is one of which the row does not say all that has to be known.
    ///
    /// - Parameters:
    ///   - withoutRuns: indices of units whose run is of no interest: what was to stop is down or it is not.
    ///   - suffices: whether this is all that has to be known of the unit with that index. The others are read whole,
    ///     since what is wrong with them has to be told.
    func brief(
        of units: [UnitName], withoutRuns: Set<Int> = [], _ timeouts: Timeouts, _ heartbeat: Heartbeat,
        suffices: (Int, UnitState) -> Bool = { $1.isPlain }
    ) throws(WireError) -> [UnitState] {
        guard !units.isEmpty else { return [] }
        var questions: [(unit: Int, field: UnitProperties.Field)] = []
        for (index, unit) in units.enumerated() where !withoutRuns.contains(index) {
            questions += UnitProperties.Field.ofRun.filter { !$0.isOfService || unit.isService }.map { (index, $0) }
        }
        // Nothing to ask between the lists: then one is enough.
        let count = questions.isEmpty ? 1 : questions.count + 2
        var replies = [Reply?](repeating: nil, count: count)
        let timeout = timeouts.call + timeouts.perCall * (count + units.count)
        try pipeline(count, timeout: timeout, heartbeat) { (index) throws(FleetError) in
            guard index > 0, index < count - 1 else { return try Self.listing(of: units) }
            let (unit, field) = questions[index - 1]
            return try Manager.get(field.rawValue, of: field.interface, at: UnitPath.of(units[unit]))
        } received: { (index, reply) throws(WireError) in
            replies[index] = reply
        }
        var states = [UnitState?](repeating: nil, count: units.count)
        var others: [Int] = []
        do throws(FleetError) {
            // The pipeline has thrown where an answer is missing.
            guard let first = replies.first.flatMap(\.self), let last = replies.last.flatMap(\.self) else { return [] }
            let (before, after) = (try Self.rows(first), try Self.rows(last))
            var properties = units.map { unit in after[unit].map { UnitProperties(row: $0) } }
            for (question, reply) in zip(questions, replies.dropFirst()) {
                // A unit that is not there has no properties, and no row that suffices.
                guard case .answer(let message) = reply else { continue }
                try properties[question.unit]?.read(question.field, in: message)
            }
            for (index, unit) in units.enumerated() {
                if let row = after[unit], row == before[unit], suffices(index, row) {
                    states[index] = try properties[index]?.unitState()
                } else {
                    others.append(index)
                }
            }
        } catch { throw .stopped(error) }
        for (index, state) in zip(others, try self.states(of: others.map { units[$0] }, timeouts, heartbeat)) {
            states[index] = state
        }
        return states.compactMap(\.self)
    }
}

extension UnitState {
    /// Simply up or simply down.
    var isPlain: Bool {
        loadState == "loaded" && job == nil && (isActive || activeState == "inactive")
    }
}

extension UnitName {
    var isService: Bool { rawValue.hasSuffix(".service") }
}
