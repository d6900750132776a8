import FleetTestSupport
import Glibc
import Testing

/// Standard output that takes nothing: /dev/full stands for a full disk.
@Suite("Output that is lost", .timeLimit(.minutes(10)))
struct LostOutputTests {
    private let full = ["/bin/sh", "-c", "exec \"$@\" >/dev/full", "sh"]

    @Test(
        "An answer that cannot be written is an error",
        arguments: [
            ["status"], ["status", "--json"], ["status", "--watch=100ms", "--json"], ["lock", "inspect"], ["history"],
            ["history", "--json"], ["metrics"], ["restart", "--dry-run"], ["heal", "--dry-run"], ["--help"],
            ["--version"], ["restart", "--help"],
        ])
    func answers(_ words: [String]) throws {
        let home = try ScriptedHome()
        let command = try home.mosaic(words, wrapper: full)
        #expect(try command.wait() == .exit(74), "\(command.errors)")
        #expect(command.errors.contains("No space left on device"), "\(command.errors)")
        #expect(try home.sent().isEmpty)
    }

    /// A watchdog would restart the fleet again.
    @Test("What has acted keeps its exit status", arguments: [["restart"], ["restart", "--json"], ["stop"]])
    func actions(_ words: [String]) throws {
        let home = try ScriptedHome()
        let command = try home.mosaic(words, wrapper: full)
        #expect(try command.wait() == .exit(0), "\(command.errors)")
        #expect(command.errors.contains("warning: the output is not complete"), "\(command.errors)")
        #expect(try !home.sent().isEmpty)
    }

    @Test("A reader that wants no more is none")
    func closedPipe() throws {
        let home = try ScriptedHome()
        let script = "{ \"$@\"; echo $? >&2; } | true"
        let command = try home.mosaic("history", wrapper: ["/bin/sh", "-c", script, "sh"])
        _ = try command.wait()
        #expect(command.errors == "0\n")
    }
}
