import Testing

@testable internal import FleetDBus
internal import FleetKit

@Test(arguments: [
    ("a.service", "a_2eservice"), ("1a.service", "_31a_2eservice"),
    ("mosaic-agent@x_1.service", "mosaic_2dagent_40x_5f1_2eservice"), ("a\\x2d:b.service", "a_5cx2d_3ab_2eservice"),
])
func aUnitsPathIsItsEscapedName(name: String, element: String) throws {
    #expect(UnitPath.of(try UnitName(name)) == "/org/freedesktop/systemd1/unit/" + element)
}
