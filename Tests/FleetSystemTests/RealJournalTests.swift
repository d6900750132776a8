import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// What an operator finds in a real journal, and what a summary shows of it: as a user of the machine, and as root, who
/// has no journal files of his own.
@Suite("A real journal", .serialized, .timeLimit(.minutes(5)))
struct RealJournalTests {
    static let users: [uid_t] = [1500, 0]

    /// By the words with which that user finds the entries of a unit: root's are in the system's files.
    private static func found(_ machine: JournalMachine, _ unit: String) throws -> String {
        machine.uid == 0
            ? try machine.journalctl("--user-unit", unit) : try machine.journalctl("--user", "-u", unit)
    }

    @Test("A restart leaves one entry, which its units and its token find", arguments: users)
    func ownEntry(_ uid: uid_t) throws {
        let machine = try JournalMachine(uid: uid)
        let home = try ScriptedHome(in: machine.scratch)
        try machine.giveAway(home.folder.path)
        let restart = try machine.process(
            [
                machine.mosaic, "fleet", "restart", "--reason", "the journal's", "--stable-for", "0", "--backend",
                "fake",
            ],
            environment: ["MOSAIC_HOME": home.path, "MOSAIC_FAKE_DIR": home.managerPath])
        #expect(try restart.wait() == .exit(0), "\(restart.errors)")
        let line = Array(TestProcess.contents(home.path + "/fleet/history.jsonl").utf8.dropLast())
        let record = try #require(HistoryRecord.parse(line))
        let token = try #require(record.token)
        let sentence = "restart of the whole fleet by pid \(record.pid) done in "
        for unit in [home.holder.rawValue, home.agents[2].rawValue] {
            let text = try Self.found(machine, unit)
            #expect(text.contains(sentence) && text.contains("the journal's"), "\(unit): \(text)")
            #expect(text.split(separator: "\n").count == 1, "\(unit): \(text)")
        }
        #expect(try machine.journalctl("MOSAIC_TOKEN=\(token)").contains(sentence))
        // Another token or unit finds nothing: it was not simply the only entry.
        #expect(try machine.journalctl("MOSAIC_TOKEN=00000000-0000-4000-8000-000000000000") == "")
        #expect(try Self.found(machine, "mosaic-agent@nobody.service") == "")
        // Whoever may read everything finds the user's, too.
        #expect(try machine.journalctl("MOSAIC_TOKEN=\(token)", asRoot: true).contains(sentence))
    }

    @Test("A summary shows what the journal has of a failed unit, and its next step shows it again", arguments: users)
    func summary(_ uid: uid_t) throws {
        let machine = try JournalMachine(uid: uid)
        // Not where a shell without our options looks for it, and not a name that a shell would take as it is.
        let home = machine.scratch + "/it's home"
        try ScriptedHome.makeFolder(home)
        try ScriptedHome.makeFolder(home + "/fleet")
        try ScriptedHome.write(
            """
            version = 1
            [holder]
            socket = "mosaic-fleet"
            [[agent]]
            name = "well"
            command = ["sleep", "infinity"]
            [[agent]]
            name = "ill"
            command = ["/bin/sh", "-c", "test ! -e $HOME/ill || exit 3; sleep infinity"]
            """, to: home + "/fleet/roster.toml")
        try machine.giveAway(home)
        func mosaic(_ words: String...) throws -> TestProcess {
            try machine.process([machine.mosaic, "fleet"] + words + ["--mosaic-home", home])
        }
        let initial = try mosaic("init")
        #expect(try initial.wait() == .exit(0), "\(initial.errors)")
        // It fails once and stays down.
        let dropIns = (machine.environment["XDG_CONFIG_HOME"] ?? "") + "/systemd/user/mosaic-agent@ill.service.d"
        try ScriptedHome.makeFolder(dropIns, mode: 0o755)
        try ScriptedHome.write("[Service]\nRestart=no\n", to: dropIns + "/50-local.conf")
        try machine.giveAway(dropIns)
        _ = try machine.type("systemctl --user daemon-reload")
        #expect(try mosaic("start", "--stable-for", "0").wait(within: .seconds(60)) == .exit(0))
        // What is said of its stop and its start is more than the summary has room for.
        _ = try machine.type("touch $HOME/ill")
        let restart = try mosaic("restart")
        #expect(try restart.wait(within: .seconds(60)) == .exit(1), "\(restart.errors)")
        let lines = restart.output.split(separator: "\n").map(String.init)
        #expect(lines.first?.hasPrefix("1 unit failed, 2 restarted in ") == true, "\(restart.output)")
        let quoted = lines.filter { $0.hasPrefix("    | ") }
        // The unit's own last words, and none of systemd's.
        #expect(quoted.count == 1 && quoted[0].contains("session 'ill': exit status 3"), "\(restart.output)")
        // What this restart itself writes is no news of the unit.
        #expect(!quoted.contains { $0.contains("mosaic-fleet[") }, "\(quoted)")
        let next = try #require(lines.first { $0.hasPrefix("  next: ") })
        let command = try #require(next.split(separator: ": ", maxSplits: 2).last).description
        #expect(command.hasPrefix("mosaic fleet logs -n 50 ill --mosaic-home '"), "\(next)")
        let shown = try machine.type(command)
        #expect(shown.contains("status=3/"), "\(shown)")
        #expect(!shown.contains("agent@well"), "\(shown)")
        // And what this restart wrote is there by then.
        #expect(shown.contains("restart of the whole fleet by pid \(restart.pid) failed"), "\(shown)")
        #expect(try Self.found(machine, "mosaic-agent@ill.service").contains("status=3/"))
    }
}
