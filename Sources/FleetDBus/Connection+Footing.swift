internal import FleetGuard
internal import FleetKit

extension Connection {
    /// Two properties of the manager and two of each unit, in one pipeline.
    func footing(
        of units: [UnitName], _ timeouts: Timeouts, _ heartbeat: Heartbeat
    ) throws(WireError) -> ManagerFooting {
        var calls: [Message] = []
        do throws(FleetError) {
            for property in ["UnitPath", "Environment"] {
                calls.append(try Manager.get(property, of: Manager.interface, at: UnitPath.manager))
            }
            for unit in units {
                for property in ["Id", "FragmentPath"] {
                    calls.append(try Manager.get(property, of: Manager.unitInterface, at: UnitPath.of(unit)))
                }
            }
        } catch { throw .stopped(error) }
        let replies = try pipeline(calls, timeouts, heartbeat)
        guard replies.count == calls.count else { throw .lost("an answer is missing", at: place.address) }
        do throws(FleetError) {
            var found: [ManagerFooting.Unit] = []
            for (index, unit) in units.enumerated() {
                let id = try Self.text(replies[2 + index * 2], "the name of \(unit)")
                found.append(
                    .init(
                        id: id.flatMap(UnitName.init(known:)) ?? unit,
                        path: try Self.text(replies[3 + index * 2], "the file of \(unit)") ?? ""))
            }
            return ManagerFooting(
                unitPath: try Self.texts(replies[0], "the manager's unit path"),
                environment: try Self.texts(replies[1], "the manager's environment"), units: found)
        } catch { throw .stopped(error) }
    }

    /// Nil for a unit that is not there.
    private static func text(_ reply: Reply, _ what: String) throws(FleetError) -> String? {
        if reply.isNoSuchUnit || reply.isNoSuchProperty { return nil }
        var reader = MessageReader(try reply.get("to report \(what)"), what)
        var value = try reader.variant(what)
        return try value.string()
    }

    private static func texts(_ reply: Reply, _ what: String) throws(FleetError) -> [String] {
        if reply.isNoSuchProperty { return [] }
        var reader = MessageReader(try reply.get("to report \(what)"), what)
        var value = try reader.variant(what)
        return try value.strings()
    }
}
