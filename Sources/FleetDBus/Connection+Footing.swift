internal import FleetGuard
internal import FleetKit

extension Connection {
    /// Two properties of the manager and two of each unit, in one pipeline.
    func footing(of units: [UnitName], _ heartbeat: Heartbeat) throws(WireError) -> ManagerFooting {
        let questions =
            ["UnitPath", "Environment"].map {
                PropertyQuestion(name: $0, interface: Manager.interface, path: UnitPath.manager)
            }
            + units.flatMap { unit in
                ["Id", "FragmentPath"].map {
                    PropertyQuestion(name: $0, interface: Manager.unitInterface, path: UnitPath.of(unit))
                }
            }
        let replies = try replies(to: questions, heartbeat)
        return try WireError.stopping { () throws(FleetError) in
            let found = try units.enumerated().map { (index, unit) throws(FleetError) in
                let id = try Self.text(replies[2 + index * 2], "the name of \(unit)")
                let path = try Self.text(replies[3 + index * 2], "the file of \(unit)")
                return ManagerFooting.Unit(id: id.flatMap(UnitName.init(known:)) ?? unit, path: path ?? "")
            }
            return ManagerFooting(
                unitPath: try Self.texts(replies[0], "the manager's unit path"),
                environment: try Self.texts(replies[1], "the manager's environment"), units: found)
        }
    }

    /// Nil for a unit that is not there.
    private static func text(_ reply: Reply, _ what: String) throws(FleetError) -> String? {
        if reply.isNoSuchUnit || reply.isNoSuchProperty { return nil }
        var value = try reply.get("to report \(what)").variant(what)
        return try value.string()
    }

    private static func texts(_ reply: Reply, _ what: String) throws(FleetError) -> [String] {
        if reply.isNoSuchProperty { return [] }
        var value = try reply.get("to report \(what)").variant(what)
        return try value.strings()
    }
}
