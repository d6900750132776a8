internal import FleetGuard
internal import FleetKit

/// What `systemctl show` tells of the manager itself, and the files of its units.
enum ShownFooting {
    /// The words of one property. A word with a blank in it comes as several: such a path is not found.
    static func words(_ property: String, _ text: String) -> [String] {
        text.parts(at: "\n").filter { $0.begins(with: property + "=") }
            .flatMap { $0.dropFirst(property.count + 1).parts(at: " ") }
            .map(String.init)
    }

    /// - Returns: nil when the text does not have a block for each unit.
    static func units(_ text: String, asked: [UnitName]) -> [ManagerFooting.Unit]? {
        let blocks = Systemctl.blocks(text)
        guard blocks.count == asked.count else { return nil }
        return zip(asked, blocks).map { unit, block in
            func value(_ key: String) -> String {
                block.first { $0.begins(with: key + "=") }.map { String($0.dropFirst(key.count + 1)) } ?? ""
            }
            return ManagerFooting.Unit(id: UnitName(known: value("Id")) ?? unit, path: value("FragmentPath"))
        }
    }
}
