import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// `logs`: which journalctl runs, with which words, and that nothing of ours goes along.
@Suite("Logs", .timeLimit(.minutes(10)))
struct LogsTests {
    private let home: ScriptedHome
    private let bin: String

    init() throws {
        home = try ScriptedHome()
        bin = home.folder.path + "/bin"
        try ScriptedHome.makeFolder(bin)
    }

    /// Writes what it was given beside itself.
    private func stub(_ name: String = "journalctl") throws {
        let text = """
            #!/bin/sh
            printf '%s\\n' "$0" "$@" >"$0.argv"
            ls /proc/$$/fd >"$0.fds"
            env >"$0.env"
            exit 7
            """
        try ScriptedHome.write(text, to: bin + "/" + name)
        chmod(bin + "/" + name, 0o755)
    }

    private func seen(_ what: String) -> [String] {
        TestProcess.contents("\(bin)/journalctl.\(what)").split(separator: "\n").map(String.init)
    }

    private func logs(_ words: String..., environment: [String: String] = [:]) throws -> TestProcess {
        try home.mosaic(["logs"] + words, environment: ["PATH": bin + ":/usr/bin:/bin"].merging(environment) { $1 })
    }

    @Test(
        "journalctl gets a unit per option, and nothing else that was typed",
        arguments: [
            (
                [],
                [
                    "--user-unit=mosaic-tmux-holder.service", "--user-unit=mosaic-agent@a1.service",
                    "--user-unit=mosaic-agent@a2.service", "--user-unit=mosaic-agent@a3.service",
                ]
            ),
            (["a2"], ["--user-unit=mosaic-agent@a2.service"]),
            (["-f", "a2", "-n", "20"], ["--user-unit=mosaic-agent@a2.service", "--follow", "--lines=20"]),
            (
                ["mosaic-agent@a3.service", "--json", "-q"],
                ["--user-unit=mosaic-agent@a3.service", "--output=json", "--quiet"]
            ),
            (["--system", "a1", "a1"], ["--unit=mosaic-agent@a1.service"]),
            (
                ["a1", "--since", "-1h", "--until=2026-01-02 03:04", "-g", "-x; (a|b)"],
                [
                    "--user-unit=mosaic-agent@a1.service", "--since=-1h", "--until=2026-01-02 03:04",
                    "--grep=-x; (a|b)",
                ]
            ),
            (["a[12]"], ["--user-unit=mosaic-agent@a1.service", "--user-unit=mosaic-agent@a2.service"]),
            (["--holder"], ["--user-unit=mosaic-tmux-holder.service"]),
            (
                ["--holder", "a2"],
                ["--user-unit=mosaic-tmux-holder.service", "--user-unit=mosaic-agent@a2.service"]
            ),
        ])
    func arguments(typed: [String], passed: [String]) throws {
        try stub()
        let process = try home.mosaic(["logs"] + typed, environment: ["PATH": bin + ":/usr/bin:/bin"])
        #expect(try process.wait() == .exit(7))
        #expect(seen("argv") == [bin + "/journalctl"] + passed + ["--"])
        let descriptors = seen("fds")
        // What the program has anyway, here: nothing came along.
        let direct = try TestProcess([bin + "/journalctl"], environment: ["PATH": "/usr/bin:/bin"])
        #expect(try direct.wait() == .exit(7))
        #expect(descriptors == seen("fds") && descriptors.count > 2)
        #expect(process.errors == "")
    }

    @Test("what is no agent never reaches journalctl", arguments: ["--help=x", "b*", "-u", "a1;id", "../a1", "", "a9"])
    func hostileNames(_ name: String) throws {
        try stub()
        let process = try home.mosaic(["logs", "--", name], environment: ["PATH": bin])
        #expect(try process.wait() == .exit(4))
        #expect(process.errors.contains(name == "b*" ? "no agent matches" : "no such agent"))
        #expect(seen("argv") == [])
    }

    @Test("the screen of an agent that failed comes first, as text")
    func lastScreen() throws {
        try stub()
        try ScriptedHome.makeFolder(home.path + "/fleet/screens", mode: 0o700)
        try ScriptedHome.write("$ run\n\u{1B}[31mTraceback\n\n", to: home.path + "/fleet/screens/a2.txt")
        let named = try logs("a2")
        #expect(try named.wait() == .exit(7))
        #expect(named.output.contains("the screen of 'a2' when it failed") && named.output.contains("   | $ run\n"))
        #expect(named.output.contains("   | \\u{1b}[31mTraceback\n") && !named.output.contains("\u{1B}"))
        for words in [["a1"], ["--holder"], ["a2", "--json"], ["a2", "-q"]] {
            let other = try home.mosaic(["logs"] + words, environment: ["PATH": bin + ":/usr/bin:/bin"])
            #expect(try other.wait() == .exit(7))
            #expect(!other.output.contains("Traceback"), "\(words)")
        }
        let all = try logs()
        #expect(try all.wait() == .exit(7) && all.output.contains("Traceback"))
    }

    @Test("the first journalctl in an absolute folder of PATH, and an error without one")
    func search() throws {
        let nowhere = try logs("a1", environment: ["PATH": ".::bin:" + home.folder.path + "/missing"])
        #expect(try nowhere.wait() == .exit(69))
        #expect(nowhere.errors.contains("no journalctl in PATH"))
        try stub()
        let found = try logs("a1", environment: ["PATH": ".::/nonexistent:" + bin + ":/usr/bin:/bin"])
        #expect(try found.wait() == .exit(7))
    }

    @Test("colours are asked of journalctl as they are of us")
    func colors() throws {
        try stub()
        for (choice, value) in [("always", "SYSTEMD_COLORS=1"), ("never", "SYSTEMD_COLORS=0")] {
            #expect(try logs("--color", choice).wait() == .exit(7))
            #expect(seen("env").contains(value))
        }
        #expect(try logs().wait() == .exit(7))
        #expect(!seen("env").contains { $0.hasPrefix("SYSTEMD_COLORS") })
    }

    @Test("the real journalctl takes these words")
    func realJournalctl() throws {
        let words = ["--user-unit=mosaic-agent@a1.service", "--lines=3", "--output=json", "--"]
        let direct = try TestProcess(["/usr/bin/journalctl"] + words, environment: home.environment)
        let end = try direct.wait()
        let ours = try home.mosaic("logs", "a1", "-n", "3", "--json")
        #expect(try ours.wait() == end)
        #expect(ours.output == direct.output && ours.errors == direct.errors)
        for complaint in ["invalid option", "unrecognized", "Failed to parse"] {
            #expect(!ours.errors.contains(complaint))
        }
    }
}
