internal import FleetGuard
import FleetTestSupport
import Glibc
import Testing

/// Numbers at the ends of their range, as options and in files.
@Suite("Huge numbers", .timeLimit(.minutes(5)))
struct HugeNumbersTests {
    @Test(
        "A wait of any length is drawn on a terminal until it is interrupted",
        arguments: ["110000d", "106751991167d7h12m55s807ms"])
    func maxWait(_ text: String) throws {
        let home = try ScriptedHome()
        let owner = try home.idleOwner()
        let terminal = try home.terminal("restart", "--max-wait", text, "--stall-after", text)
        try terminal.wait(for: "takes over in ")
        try terminal.type("C-c")
        try terminal.wait(for: "ended 130")
        owner.endInput()
        #expect(try owner.wait() == .exit(0))
    }

    @Test("Every duration may be as long as can be written", arguments: ["110000d", "9223372036854775807ms"])
    func options(_ text: String) throws {
        let home = try ScriptedHome()
        let restart = try home.mosaic("restart", "--evict-grace", text, "--stall-after", text, "--stable-for", "0")
        #expect(try restart.wait() == .exit(0), "\(restart.errors)")
        let run = try home.mosaic("lock", "run", "--max-hold", text, "--", "/bin/cat", home.lockPath)
        #expect(try run.wait() == .exit(0), "\(run.errors)")
        #expect(run.output.contains("maxHoldSeconds"))
        let history = try home.mosaic("history", "--since", text)
        #expect(try history.wait() == .exit(0), "\(history.errors)")
    }

    /// On tmpfs, which takes any time and any size.
    @Test("A lock of any age is looked at", arguments: [Int.min, Int.max, -1])
    func lockAge(_ seconds: Int) throws {
        let home = try ScriptedHome(in: "/dev/shm")
        let owner = try home.idleOwner()
        var times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        try #require(utimensat(AT_FDCWD, home.lockPath, &times, 0) == 0)
        for words in [["lock", "inspect"], ["lock", "inspect", "--json"], ["status"], ["status", "--json"]] {
            let command = try home.mosaic(words)
            #expect(try command.wait() == .exit(words[0] == "status" ? 0 : 3), "\(words): \(command.errors)")
        }
        owner.endInput()
        #expect(try owner.wait() == .exit(0))
    }

    @Test("A history of any size is put aside or refused, and the restart goes on")
    func historySize() throws {
        let home = try ScriptedHome(in: "/dev/shm")
        let path = home.path + "/fleet/history.jsonl"
        try ScriptedHome.write("", to: path)
        try #require(truncate(path, .max) == 0)
        let restart = try home.mosaic("restart", "--stable-for", "0")
        #expect(try restart.wait() == .exit(0), "\(restart.errors)")
    }
}
