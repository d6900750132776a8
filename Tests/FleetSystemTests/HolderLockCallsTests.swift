import FleetTestSupport
import Testing

/// What the lock of the holder costs a guarded command, counted by strace in a real process.
@Suite("System calls of the holder's lock", .timeLimit(.minutes(10)))
struct HolderLockCallsTests {
    @Test("Where it is free, it is taken by ten system calls and let go by one")
    func free() throws {
        let home = try ScriptedHome(agents: 1)
        // The first one makes the file.
        let first = try home.mosaic("lock", "run", "--", "/bin/true")
        #expect(try first.wait() == .exit(0), "\(first.errors)")
        let trace = home.folder.path + "/trace"
        let traced = try home.mosaic(
            "lock", "run", "--", "/bin/true",
            wrapper: ["/usr/bin/strace", "--output=\(trace)", "--trace=!%memory", "--string-limit=4096"])
        #expect(try traced.wait() == .exit(0), "\(traced.errors)")
        let lines = TestProcess.contents(trace).split(separator: "\n").map(String.init)
        let base = try #require(
            lines.firstIndex { $0.hasPrefix("openat(") && $0.contains("\"\(home.managerPath)\", ") })
        let claim = try #require(lines.firstIndex { $0.hasPrefix("pwrite64(") && $0.contains("homeInode") })
        #expect(lines[base...claim].count == 10, "\(lines[base...claim].joined(separator: "\n"))")
        let file = try #require(lines[claim].dropFirst("pwrite64(".count).split(separator: ",").first)
        #expect(lines[claim...].filter { $0.hasPrefix("close(\(file))") }.count == 1)
    }
}
