import FleetTestSupport
import Glibc
import Testing

@testable import FleetKit

/// The files of `init`, as the doctor sees and renews them.
@Suite("The doctor and the unit files")
struct UnitFilesCheckTests {
    private let ward: Ward
    private var unitFolder: String { ward.folder.path + "/user/.config/systemd/user" }
    private let template = "mosaic-agent@.service"

    init() throws {
        ward = try Ward(roster: Self.roster(["a1", "a2"]))
        try ward.program("tmux", says: "tmux 3.3a")
        try ward.program("mosaic", says: "")
    }

    private static func roster(_ agents: [String]) -> String {
        "version = 1\n[holder]\nsocket = \"s\"\n"
            + agents.map { "[[agent]]\nname = \"\($0)\"\ncommand = [\"true\", \"now\"]\n" }.joined()
    }

    private func installAll() throws {
        let installer = FleetInstaller(
            home: ward.home, scope: .user, unitFolder: unitFolder, tmux: ward.bin + "/tmux",
            mosaic: ward.bin + "/mosaic", userHome: ward.folder.path + "/user")
        _ = try installer.install()
    }

    @Test func unitsOfSomebodyElseAreLeftAlone() throws {
        #expect(ward.examine(UnitFilesCheck()) == (.ok, "not written by 'mosaic fleet init'", ""))
        let treated = ward.treat(UnitFilesCheck())
        #expect(treated.repaired == nil)
        #expect(access(unitFolder, F_OK) != 0)
    }

    @Test func aLookWritesNothingAndFindsNothingAfterInit() throws {
        try installAll()
        let before = FolderListing(ward.folder.path)
        // By another copy of the program (this one), and without tmux in PATH.
        ward.environment["PATH"] = "/nonexistent"
        #expect(ward.examine(UnitFilesCheck()) == (.ok, "match the roster", ""))
        #expect(FolderListing(ward.folder.path) == before)
    }

    @Test func whatTheRosterChangedIsRenewedAndReadBySystemd() throws {
        try installAll()
        try ward.write("mosaic/fleet/roster.toml", Self.roster(["a1", "a3"]))
        let before = FolderListing(unitFolder)
        let found = ward.examine(UnitFilesCheck())
        #expect(found.level == .warning && found.advice == "mosaic fleet init")
        #expect(found.message.contains("mosaic-agent@a3.service.d/10-mosaic.conf"))
        #expect(FolderListing(unitFolder) == before)
        let treated = ward.treat(UnitFilesCheck())
        #expect(treated.diagnosis.level == .ok && treated.repaired?.contains("a3") == true)
        #expect(ward.manager.reloads == 1)
        #expect(access(unitFolder + "/mosaic-agent@a3.service.d/10-mosaic.conf", F_OK) == 0)
        // a2 still runs, with the stop timeout of its drop-in.
        #expect(access(unitFolder + "/mosaic-agent@a2.service.d", F_OK) == 0)
        ward.manager.states[ward.units[1]]?.activeState = "inactive"
        #expect(ward.examine(UnitFilesCheck()).message.hasSuffix("mosaic-agent@a2.service.d/10-mosaic.conf"))
        #expect(ward.treat(UnitFilesCheck()).diagnosis.level == .ok)
        #expect(access(unitFolder + "/mosaic-agent@a2.service.d", F_OK) != 0)
    }

    @Test func aFileThatSomebodyChangedIsNamedAndKept() throws {
        try installAll()
        let path = unitFolder + "/mosaic-tmux-holder.service"
        let text = TestProcess.contents(path) + "# mine\n"
        try ScriptedHome.write(text, to: path)
        #expect(
            ward.examine(UnitFilesCheck()).message
                == "match the roster; not written by mosaic: mosaic-tmux-holder.service"
        )
        #expect(ward.treat(UnitFilesCheck()).repaired == nil)
        #expect(TestProcess.contents(path) == text)
    }

    @Test func filesThatSystemdHasNotReadAreRead() throws {
        try installAll()
        ward.manager.settings[ward.units[0]]?.needsReload = true
        let found = ward.examine(UnitFilesCheck())
        #expect(found.level == .warning && found.advice == "systemctl --user daemon-reload")
        #expect(found.message.contains(ward.units[0].rawValue))
        let treated = ward.treat(UnitFilesCheck())
        #expect(treated.repaired == "made systemd reload its unit files" && treated.diagnosis.level == .ok)
    }
}
