internal import FleetGuard

extension AgentName {
    /// Of `mosaic-agent@NAME.service`.
    public static let unitPrefix = "mosaic-agent@"

    /// `mosaic-agent@NAME.service`.
    public var unit: UnitName {
        get throws(FleetError) { try UnitName("\(Self.unitPrefix)\(rawValue).service") }
    }

    /// What tmux makes of the name: it writes `.` as `_`, because `.` separates window and pane in its targets.
    public var sessionName: String { String(rawValue.map { $0 == "." ? "_" : $0 }) }

    /// The agent whose unit this is; nil for any other unit.
    public init?(unit: UnitName) {
        guard unit.rawValue.begins(with: Self.unitPrefix), unit.rawValue.ends(with: ".service"),
            let name = try? unit.instance.map(AgentName.init)  // nil says it
        else { return nil }
        self = name
    }
}
