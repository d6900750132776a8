internal import FleetKit

extension UnitName {
    /// A name out of the manager's mouth; nil where it is none that could be asked for (`-.mount`).
    init?(known text: String) {
        do { try self.init(text) } catch { return nil }
    }
}
