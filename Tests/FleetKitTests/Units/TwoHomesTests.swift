import FleetTestSupport
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Two mosaic homes and one folder of units.
@Suite("Units of two mosaic homes")
struct TwoHomesTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try writeRoster("one", ["a", "b"])
        _ = try installer("one").install()
    }

    private func installer(_ home: String, force: Bool = false) -> FleetInstaller {
        FleetInstaller(
            home: MosaicHome(absolute: folder.path + "/" + home), scope: .user, unitFolder: folder.path + "/units",
            tmux: "/usr/bin/tmux", mosaic: "/usr/bin/mosaic", userHome: "/home/me", force: force)
    }

    private func writeRoster(_ home: String, _ agents: [String], holder: String = "") throws {
        for folder in [home, home + "/fleet"] { try ScriptedHome.makeFolder(self.folder.path + "/" + folder) }
        let tables = agents.map { "[[agent]]\nname = '\($0)'\ncommand = ['sleep', '1']\n" }
        try folder.write(
            home + "/fleet/roster.toml", "version = 1\n[holder]\nsocket = 's'\n\(holder)" + tables.joined())
    }

    /// Every file and what is in it, so that "nothing was changed" is seen and not believed.
    private func contents() -> [String: String] {
        var found: [String: String] = [:]
        for name in folder.names("units") {
            found[name] = folder.read("units/" + name) ?? ""
            for inner in folder.names("units/" + name) {
                found[name + "/" + inner] = folder.read("units/\(name)/\(inner)")
            }
        }
        return found
    }

    private func expectRefused(_ home: String, force: Bool = false, by other: String = "one") throws {
        let before = contents()
        let error = #expect(throws: FleetError.self) { try installer(home, force: force).install() }
        #expect(error?.code == .unsafeHome)
        let named =
            "belongs to the mosaic home \(folder.path)/\(other), not to \(folder.path)/\(home); nothing was changed"
        #expect(error?.message.contains(named) == true, "\(String(describing: error))")
        #expect(contents() == before)
    }

    private func edit(_ name: String, _ change: (String) -> String) throws {
        try folder.write("units/" + name, change(try #require(folder.read("units/" + name))))
    }

    private func move(_ old: String, _ new: String) {
        #expect(rename("\(folder.path)/\(old)", "\(folder.path)/\(new)") == 0)
    }

    private let holder = "mosaic-tmux-holder.service"
    private let template = "mosaic-agent@.service"
    private func dropIn(_ name: String) -> String { "mosaic-agent@\(name).service.d/10-mosaic.conf" }

    @Test(arguments: [false, true])
    func anotherHomeTakesNothingAndIsNotMade(force: Bool) throws {
        try expectRefused("two", force: force)
        #expect(folder.names("two") == [])
        try writeRoster("two", ["c"])
        try expectRefused("two", force: force)
    }

    @Test func noneOfTheUnitsNotOnlyTheHolder() throws {
        // Another holder, other agents: the template is still the first one's, and without it the agents are.
        try writeRoster("two", ["c"], holder: "unit = 'second.service'\n")
        try expectRefused("two")
        #expect(unlink("\(folder.path)/units/\(template)") == 0)
        try expectRefused("two")
        #expect(unlink("\(folder.path)/units/\(holder)") == 0)
        try expectRefused("two")
        #expect(unlink("\(folder.path)/units/\(dropIn("a"))") == 0)
        try expectRefused("two")
    }

    @Test func aFileThatSomebodyChangedIsStillItsHomes() throws {
        for name in [template, holder, dropIn("a"), dropIn("b")] { try edit(name) { $0 + "# mine\n" } }
        try writeRoster("two", ["a"])
        try expectRefused("two", force: true)
    }

    @Test func unitsFromBeforeTheKeyBelongToTheHomeThatTheirAgentsName() throws {
        for name in [template, holder, dropIn("a"), dropIn("b")] {
            try edit(name) {
                let lines = $0.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
                return GeneratedText.sealed(lines.filter { !$0.hasPrefix(UnitHome.key) }.joined(separator: "\n"))
            }
        }
        #expect(!contents().values.contains { $0.contains(UnitHome.key) })
        try writeRoster("two", ["a"])
        try expectRefused("two")
        // Their own home renews them.
        let changes = try installer("one").install()
        #expect(changes.filter { $0.action == .renewed }.count == 4)
        try expectRefused("two")
    }

    @Test func aLinkToTheHomeIsThatHome() throws {
        #expect(symlink("one", folder.path + "/link") == 0)
        let changes = try installer("link").install()
        #expect(!changes.contains { if case .kept = $0.action { true } else { false } })
        try writeRoster("two", [])
        try expectRefused("two", by: "link")
    }

    @Test func aMovedHomeKeepsItsUnitsAlsoFromAHomeInItsOldPlace() throws {
        move("one", "moved")
        #expect(try installer("moved").abandonedHomes() == [])
        try writeRoster("one", ["a"])
        // The new one in the old place cannot be told from one that was restored there; what `moved` renews is its own.
        let changes = try installer("moved").install()
        #expect(changes.filter { $0.action == .renewed }.count == 4)
        try expectRefused("one", by: "moved")
    }

    @Test func aRemovedHomesUnitsAreTakenAndThatIsSaid() throws {
        move("one", "elsewhere")
        try writeRoster("two", ["a"])
        #expect(try installer("two").abandonedHomes() == [folder.path + "/one"])
        let changes = try installer("two").install()
        #expect(changes.contains { $0.path.hasSuffix(dropIn("b")) && $0.action == .removed })
        #expect(changes.filter { $0.action == .renewed }.count == 3)
        #expect(try installer("two").abandonedHomes() == [])
        try expectRefused("elsewhere", by: "two")
    }

    @Test func aHomeThatCannotBeLookedAtCountsAsThere() throws {
        let owner = UnitHome(inode: 7, path: "/proc/1/root/\(String(repeating: "x", count: 300))")
        #expect(owner.relation(to: FileID(device: 1, inode: 7)) == .other(owner.path))
    }

    @Test(arguments: ["/a b/c", "/back\\slash\\", "/é", "/%h/$HOME"])
    func everyPathArrives(path: String) {
        let owner = UnitHome(inode: .max, path: path)
        #expect(UnitHome(in: Array(("[Unit]\n" + owner.line + "\nDescription=x\n").utf8)) == owner)
        #expect(!owner.line.hasSuffix("\\"))
    }

    @Test(arguments: [
        "X-MosaicHome=", "X-MosaicHome=7", "X-MosaicHome=x /y", "X-MosaicHome=99999999999999999999 /y", "",
    ])
    func garbageIsNoOwner(line: String) { #expect(UnitHome(in: Array("[Unit]\n\(line)\n".utf8)) == nil) }

    @Test func aPackagesUnitsHaveNoHome() throws {
        for text in try VendorUnits.texts(mosaic: "/usr/bin/mosaic", tmux: "/usr/bin/tmux").values {
            #expect(UnitHome(in: Array(text.utf8)) == nil)
        }
    }
}
