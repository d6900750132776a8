import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("Installing the fleet's files")
struct FleetInstallerTests {
    private let folder: TemporaryFolder
    private let holder = "units/mosaic-tmux-holder.service"
    private let template = "units/mosaic-agent@.service"
    private let roster = "home/fleet/roster.toml"
    private func dropIn(_ name: String) -> String { "units/mosaic-agent@\(name).service.d/10-mosaic.conf" }

    init() throws { folder = try TemporaryFolder() }

    private func installer(force: Bool = false) -> FleetInstaller {
        FleetInstaller(
            home: MosaicHome(absolute: folder.path + "/home"), scope: .user, unitFolder: folder.path + "/units",
            tmux: "/usr/bin/tmux", mosaic: "/usr/bin/mosaic", userHome: "/home/me", force: force)
    }

    /// Path within the folder, and the action.
    private func install(force: Bool = false) throws -> [String: FleetInstaller.Change.Action] {
        let changes = try installer(force: force).install().map {
            ($0.path.dropFirst(folder.path.count + 1), $0.action)
        }
        return Dictionary(uniqueKeysWithValues: changes.map { (String($0), $1) })
    }

    private func writeRoster(_ agents: [String], command: String = "['sleep', '1']") throws {
        let tables = agents.map { "[[agent]]\nname = '\($0)'\ncommand = \(command)\ndirectory = '~/src'\n" }
        try folder.write(roster, "version = 1\n[holder]\nsocket = 's'\n" + tables.joined())
    }

    @Test func aFreshMachineGetsAllAndASecondRunChangesNothing() throws {
        #expect(try install() == [roster: .created, holder: .created, template: .created])
        #expect(try install() == [roster: .unchanged, holder: .unchanged, template: .unchanged])
        var status = stat()
        #expect(stat("\(folder.path)/\(holder)", &status) == 0 && status.st_mode & 0o777 == 0o644)
        #expect(folder.names("units") == ["mosaic-agent@.service", "mosaic-tmux-holder.service"])
    }

    @Test func anEditedRosterRenewsAndRemovesOwnFiles() throws {
        _ = try install()
        try writeRoster(["a", "b"])
        let first = try install()
        #expect(first[dropIn("a")] == .created && first[dropIn("b")] == .created && first[holder] == .renewed)
        #expect(folder.read(dropIn("a"))?.contains(" --directory /home/me/src -- ") == true)
        try writeRoster(["b", "c"], command: "['sleep', '2']")
        let second = try install()
        #expect(second[dropIn("a")] == .removed && second[dropIn("b")] == .renewed && second[dropIn("c")] == .created)
        #expect(!folder.names("units").contains("mosaic-agent@a.service.d"))
    }

    @Test func theManagerIsAskedOnlyWhereAnAgentLeft() throws {
        _ = try install()
        try writeRoster(["a", "b"])
        _ = try install()
        func connects() throws -> Bool {
            var installer = installer()
            var isAsked = false
            do throws(FleetError) {
                try installer.keepRunning { () throws(FleetError) in
                    isAsked = true
                    throw FleetError(.noServiceManager, "none", hint: "")
                }
            } catch { #expect(error.code == .noServiceManager) }
            return isAsked
        }
        #expect(try !connects())
        try writeRoster(["b"])
        #expect(try connects())
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat("\(folder.path)/\(path)", &status) == 0 ? status.st_mode & 0o777 : 0
    }

    @Test func anEnvironmentIsForTheUserAlone() throws {
        _ = try install()
        try writeRoster(["a", "b"])
        _ = try install()
        #expect(mode(dropIn("a")) == 0o644)
        try folder.write(
            roster,
            "version = 1\n[holder]\nsocket = 's'\n[[agent]]\nname = 'a'\ncommand = ['c']\nenvironment.KEY = 'secret'\n"
                + "[[agent]]\nname = 'b'\ncommand = ['c']\nmemory_max = '1G'\n")
        _ = try install()
        #expect(folder.read(dropIn("a"))?.contains("\nEnvironment=KEY=secret\n") == true)
        #expect(folder.read(dropIn("b"))?.contains("\nMemoryMax=1G\n") == true)
        #expect(mode(dropIn("a")) == 0o600 && mode(dropIn("b")) == 0o644)
    }

    @Test func eventsComeAndGoWithoutTouchingTheUnits() throws {
        _ = try install()
        try writeRoster(["a"])
        _ = try install()
        let before = [holder, template, dropIn("a")].map { folder.read($0) }
        let plain = "version = 1\n[holder]\nsocket = 's'\n"
        let agent = "[[agent]]\nname = 'a'\ncommand = ['sleep', '1']\ndirectory = '~/src'\n"
        try folder.write(roster, plain + "[events]\ncommand = ['/bin/tell']\n" + agent)
        let added = try install()
        let files = [
            "units/mosaic-event@.service", "units/mosaic-event.path",
            "units/mosaic-tmux-holder.service.d/20-mosaic-events.conf",
            "units/mosaic-agent@.service.d/20-mosaic-events.conf",
        ]
        for file in files { #expect(added[file] == .created, "\(file)") }
        #expect(added[template] == .unchanged && added[holder] == .unchanged && added[dropIn("a")] == .unchanged)
        #expect(folder.names("home/fleet/events") == ["new", "units"])
        let dropIn = try #require(folder.read(files[3]))
        #expect(dropIn.contains("\nOnFailure=mosaic-event@%n.service\n"))
        #expect(dropIn.contains("\nExecStopPost=-/usr/bin/mosaic fleet event --mosaic-home "))
        #expect(try install()[files[0]] == .unchanged)
        try folder.write(roster, plain + agent)
        let removed = try install()
        for file in files { #expect(removed[file] == .removed, "\(file)") }
        #expect(
            folder.names("units").sorted() == [
                "mosaic-agent@.service", "mosaic-agent@a.service.d", "mosaic-tmux-holder.service",
            ])
        #expect([holder, template, self.dropIn("a")].map { folder.read($0) } == before)
        #expect(folder.names("home/fleet") == ["roster.toml"])
    }

    /// The time of a drop-in folder tells later what came and went in it since a unit started.
    @Test func eventsDoNotShowInTheTimeOfAFolderThatWasThere() throws {
        let text = "version = 1\n[holder]\nsocket = 's'\n"
        _ = try install()
        let place = "\(folder.path)/\(holder).d"
        try #require(mkdir(place, 0o755) == 0)
        try folder.write("\(holder).d/50-local.conf", "[Service]\nNice=5\n")
        var old = [timespec(tv_sec: 1000, tv_nsec: 0), timespec(tv_sec: 1000, tv_nsec: 0)]
        try #require(utimensat(AT_FDCWD, place, &old, 0) == 0)
        func modified() -> Int {
            var status = stat()
            return stat(place, &status) == 0 ? status.st_mtim.tv_sec : 0
        }
        try folder.write(roster, text + "[events]\ncommand = ['/bin/tell']\n")
        #expect(try install()["\(holder).d/20-mosaic-events.conf"] == .created && modified() == 1000)
        try folder.write(roster, text)
        #expect(try install()["\(holder).d/20-mosaic-events.conf"] == .removed && modified() == 1000)
        #expect(folder.names("\(holder).d") == ["50-local.conf"])
    }

    @Test func anOwnDropInBesideThatOfTheEventsStays() throws {
        let text = "version = 1\n[holder]\nsocket = 's'\n"
        _ = try install()
        try folder.write(roster, text + "[events]\ncommand = ['/bin/tell']\n")
        _ = try install()
        try folder.write("units/mosaic-agent@.service.d/50-local.conf", "[Service]\nNice=5\n")
        try folder.write(roster, text)
        _ = try install()
        #expect(folder.names("units/mosaic-agent@.service.d") == ["50-local.conf"])
    }

    @Test func aDropInFolderWithSomebodysOwnSettingsStays() throws {
        _ = try install()
        try writeRoster(["a"])
        _ = try install()
        try folder.write("units/mosaic-agent@a.service.d/50-local.conf", "[Service]\n")
        try writeRoster([])
        #expect(try install()[dropIn("a")] == .removed)
        #expect(folder.names("units/mosaic-agent@a.service.d") == ["50-local.conf"])
    }

    @Test func whatSomebodyElseWroteOrChangedIsKept() throws {
        _ = try install()
        try writeRoster(["a", "gone"])
        _ = try install()
        let changed = try #require(folder.read(dropIn("a"))) + "# mine\n"
        try folder.write(dropIn("a"), changed)
        try folder.write(dropIn("gone"), try #require(folder.read(dropIn("gone"))) + "# mine\n")
        try folder.write(template, "[Unit]\n")
        try writeRoster(["a"], command: "['sleep', '3']")
        let result = try install()
        #expect(result[dropIn("a")] == .kept("changed outside mosaic"))
        #expect(result[template] == .kept("not written by mosaic"))
        #expect(result[dropIn("gone")] == .kept("changed outside mosaic; its agent left the roster"))
        #expect(folder.read(dropIn("a")) == changed)
        #expect(folder.read(template) == "[Unit]\n")
    }

    @Test func forceKeepsEveryOldTextBesideTheNewOne() throws {
        _ = try install()
        for text in ["[Unit]\n# 1\n", "[Unit]\n# 2\n"] {
            try folder.write(template, text)
            _ = try install(force: true)
        }
        #expect(folder.read(template + ".bak") == "[Unit]\n# 1\n")
        #expect(folder.read(template + ".bak.1") == "[Unit]\n# 2\n")
        #expect(try install()[template] == .unchanged)
        try folder.write(template, "[Unit]\n# 3\n")
        #expect(try install(force: true)[template] == .replaced(backup: "\(folder.path)/\(template).bak.2"))
    }

    @Test func linksAreNotFollowedNotEvenByForce() throws {
        _ = try install()
        try folder.write("elsewhere", "precious")
        #expect(unlink("\(folder.path)/\(holder)") == 0)
        #expect(symlink("\(folder.path)/elsewhere", "\(folder.path)/\(holder)") == 0)
        #expect(try install(force: true)[holder] == .kept("a symbolic link"))
        #expect(folder.read("elsewhere") == "precious")

        try writeRoster(["a"])
        #expect(mkdir("\(folder.path)/trap", 0o755) == 0)
        #expect(symlink("\(folder.path)/trap", "\(folder.path)/units/mosaic-agent@a.service.d") == 0)
        let error = #expect(throws: FleetError.self) { try install() }
        #expect(error?.code == .io && error?.message.contains("mosaic-agent@a.service.d") == true)
        #expect(folder.names("trap") == [])
    }

    @Test func aBadRosterChangesNothing() throws {
        _ = try install()
        let before = folder.read(holder)
        for text in ["version = 1\n[holder]\nsocket = 't'\n[[agent]]\nname = 'a'\n", "version = 1\n", "version = 3\n"] {
            try folder.write(roster, text)
            let error = #expect(throws: FleetError.self) { try install() }
            #expect(error?.code == .badRoster)
            #expect(folder.read(holder) == before)
            #expect(folder.read(roster) == text)
        }
    }

    @Test func noTemporaryFileIsLeftWhenAFileCannotBeWritten() throws {
        _ = try install()
        try writeRoster(["a"])
        #expect(mkdir("\(folder.path)/units/mosaic-agent@a.service.d", 0o755) == 0)
        #expect(mkdir("\(folder.path)/\(dropIn("a"))", 0o755) == 0)
        #expect(try install()[dropIn("a")] == .kept("not a regular file"))
        let place = try #require(try ConfigFolder.open(folder.path + "/units/mosaic-agent@a.service.d", create: false))
        let error = #expect(throws: FleetError.self) { try place.write("10-mosaic.conf", "x") }
        #expect(error?.code == .io)
        #expect(folder.names("units/mosaic-agent@a.service.d") == ["10-mosaic.conf"])
    }

    @Test func unitFolderAndTmux() throws {
        #expect(try ManagerScope.user.unitFolder(environment: ["XDG_CONFIG_HOME": "/x"]) == "/x/systemd/user")
        #expect(
            try ManagerScope.user.unitFolder(environment: ["XDG_CONFIG_HOME": "x", "HOME": "/h"])
                == "/h/.config/systemd/user")
        #expect(try ManagerScope.system.unitFolder(environment: [:]) == "/etc/systemd/system")
        try folder.write("tmux", "")
        #expect(throws: FleetError.self) { try TmuxProgram.find(environment: ["PATH": "relative:\(folder.path)"]) }
        #expect(chmod(folder.path + "/tmux", 0o755) == 0)
        #expect(try TmuxProgram.find(environment: ["PATH": "relative::\(folder.path)/"]) == folder.path + "/tmux")
    }
}
