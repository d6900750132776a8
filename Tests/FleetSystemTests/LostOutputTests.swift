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

    /// 3 would say that the document is whole, and 69 that what is there was printed.
    @Test("A status of its own does not hide it")
    func troubled() throws {
        let home = try ScriptedHome()
        #expect(try home.mosaic("stop", "a1").wait() == .exit(0))
        #expect(try home.mosaic("status").wait() == .exit(3))
        #expect(try home.mosaic("status", "--json", wrapper: full).wait() == .exit(74))
    }

    /// The master's end is closed: the pane in which the command was typed is gone.
    @Test("A terminal that was closed is a reader that went away")
    func closedTerminal() throws {
        let home = try ScriptedHome()
        var master: CInt = -1
        var terminal: CInt = -1
        try #require(openpty(&master, &terminal, nil, nil, nil) == 0)
        let path = try #require(ttyname(terminal).map { String(cString: $0) })
        let command = try home.mosaic(
            "history", input: .open,
            wrapper: ["/bin/sh", "-c", "exec 3>\"$0\"; read line; exec \"$@\" >&3", path])
        try eventually("it has opened the terminal") {
            TestProcess.contents("/proc/\(command.pid)/comm") == "sh\n"
                && access("/proc/\(command.pid)/fd/3", F_OK) == 0
        }
        close(terminal)
        close(master)
        command.endInput()
        #expect(try command.wait() == .exit(0), "\(command.errors)")
        #expect(command.errors.isEmpty)
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
