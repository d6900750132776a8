internal import FleetGuard
internal import FleetKit

/// Shows one look at the fleet after the other.
protocol StatusView: AnyObject {
    /// false if the output has no reader any more.
    var isWanted: Bool { get }
    func show(_ report: StatusReport, lock: LockInspection) throws(FleetError)
    /// Between two looks: the terminal may have another size by now.
    func redraw()
    /// What is shown stays; whatever comes next stands below it.
    func end()
}

extension StatusView {
    func redraw() {}
    func end() {}
}
