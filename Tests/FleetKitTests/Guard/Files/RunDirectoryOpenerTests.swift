import FoundationEssentials
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Which mosaic homes are refused, and what opening one leaves behind.
@Suite struct RunDirectoryOpenerTests {
    private func open(_ home: String, create: Bool = true) -> FleetError? {
        failure {
            _ = try RunDirectoryOpener.open(home: home, create: create)
        }
    }

    private func mode(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    @Test func `A missing home is made, with mode 0700 all the way down`() throws {
        let arena = try Arena()
        let home = arena.home + "/a/b/mosaic"
        #expect(open(home) == nil)
        for path in [home, home + "/fleet", home + "/fleet/run"] { #expect(mode(path) == 0o700, "\(path)") }
    }

    @Test(arguments: ["", "/fleet", "/fleet/run"], [0o720, 0o702, 0o770, 0o1777])
    func `Write permission for group or others is refused at each level`(_ level: String, _ bits: Int) throws {
        let arena = try Arena()
        #expect(open(arena.home) == nil)
        #expect(chmod(arena.home + level, mode_t(bits)) == 0)
        for create in [true, false] {
            let error = open(arena.home, create: create)
            #expect(error?.code == .unsafeHome)
            #expect(error?.exitStatus.rawValue == 77)
            #expect(error?.message.contains(arena.home + level + " is group- or world-writable") == true)
            #expect(error?.hint.contains("chmod go-w") == true)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "giving a directory away needs root"), arguments: ["", "/fleet", "/fleet/run"])
    func `A foreign owner is refused at each level`(_ level: String) throws {
        let arena = try Arena()
        #expect(open(arena.home) == nil)
        #expect(chown(arena.home + level, 12_345, 12_345) == 0)
        for create in [true, false] {
            let error = open(arena.home, create: create)
            #expect(error?.code == .unsafeHome)
            #expect(error?.message.contains(arena.home + level + " belongs to user 12345") == true)
        }
        #expect(chown(arena.home + level, 0, 0) == 0)
    }

    @Test(arguments: ["/fleet", "/fleet/run"], ["/elsewhere", "/absent"])
    func `A symbolic link below the home is refused, and nothing is made behind it`(
        _ level: String, _ target: String
    ) throws {
        let arena = try Arena()
        #expect(mkdir(arena.home + "/elsewhere", 0o700) == 0)
        if level == "/fleet/run" { #expect(mkdir(arena.home + "/fleet", 0o700) == 0) }
        #expect(symlink(arena.home + target, arena.home + level) == 0)
        for create in [true, false] {
            let error = open(arena.home, create: create)
            #expect(error?.code == .unsafeHome)
            #expect(error?.message.contains(arena.home + level + " is a symbolic link") == true)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: arena.home + "/elsewhere").isEmpty)
        #expect(mode(arena.home + "/absent") == nil)
    }

    @Test func `The home itself may be a symbolic link`() throws {
        let arena = try Arena()
        #expect(mkdir(arena.home + "/dotfiles", 0o755) == 0)
        #expect(symlink(arena.home + "/dotfiles", arena.home + "/link") == 0)
        #expect(open(arena.home + "/link") == nil)
        #expect(mode(arena.home + "/dotfiles/fleet/run") == 0o700)
    }

    @Test(arguments: ["", "/fleet", "/fleet/run"]) func `A file in a directory's place is refused`(_ level: String)
        throws
    {
        let arena = try Arena()
        let home = arena.home + "/home"
        #expect(open(home) == nil)
        try FileManager.default.removeItem(atPath: home + level)
        try Data().write(to: URL(filePath: home + level))
        #expect(open(home)?.code == .unsafeHome)
    }

    @Test func `A name with control characters does not reach the terminal raw`() throws {
        let arena = try Arena()
        let home = arena.home + "/\u{1B}[2Jx"
        try Data().write(to: URL(filePath: home))
        let error = open(home)
        #expect(error?.message.contains("\u{1B}") == false)
        #expect(error?.message.contains("\\u{1b}") == true)
    }

    @Test func `Opening for reading writes nothing`() throws {
        let arena = try Arena()
        let processes = FakeProcesses(pid: 1)
        let home = arena.home + "/home"
        #expect(try FileLockStore.openForReading(home: home, time: ManualTime(), processes: processes) == nil)
        #expect(mode(home) == nil)
        #expect(open(home) == nil)
        let store = try #require(
            try FileLockStore.openForReading(home: home, time: ManualTime(), processes: processes))
        #expect(try store.observe() == nil)
        #expect(try store.evicted().isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: home + "/fleet/run").isEmpty)
        try Data("garbage".utf8).write(to: URL(filePath: home + "/fleet/run/restart.lock"))
        #expect(try store.observe()?.kernelLock == .free)
        #expect(try FileManager.default.contentsOfDirectory(atPath: home + "/fleet/run") == ["restart.lock"])
    }
}
