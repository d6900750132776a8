import Testing

@testable import FleetKit

@Suite("An agent's session in tmux")
struct SessionServerTests {
    private let pane = SessionServer.Pane(id: "%3", process: 50, server: 9)

    private func server(_ output: String, status: Int32? = 0, errors: String = "") -> SessionServer {
        SessionServer { _ throws(FleetError) in TmuxProbe.Reply(status: status, output: output, errors: errors) }
    }

    @Test(
        arguments: [
            ("9\n50::\n", .runs(process: 50)), ("9\n51::\n", .runs(process: 51)), ("9\n50:0:\n", .exited(0)),
            ("9\n50:7:\n", .exited(7)), ("9\n50::15\n", .signaled(15)), ("9\n50::KILL\n", .signaled(nil)),
            // The old process's end says nothing about the one that an operator started in its pane.
            ("9\n51:7:\n", .runs(process: 51)), ("9\n", .noPane),
        ] as [(String, SessionServer.Look)])
    func whatTmuxSaysOfAPane(output: String, look: SessionServer.Look) throws {
        #expect(try server(output).look(at: pane) == look)
    }

    @Test func onlyTheSameServerCanTell() throws {
        #expect(try server("8\n50:0:\n").look(at: pane) == .noServer("another server listens on the socket"))
        #expect(try server("", status: nil).look(at: pane) == .noServer("the server hangs"))
        #expect(try server("", status: 1, errors: "no\u{1B} server\nx").look(at: pane) == .noServer("no\\u{1b} server"))
        // An empty server: the listing fails, its number is there.
        #expect(try server("9\n", status: 1, errors: "no current target").look(at: pane) == .noPane)
    }

    @Test func aSessionIsCreatedAsOneMessage() throws {
        var sent: [[String]] = []
        let server = SessionServer { arguments throws(FleetError) in
            sent.append(arguments)
            return TmuxProbe.Reply(status: 0, output: "9:%3:50\n", errors: "")
        }
        #expect(try server.create("a_b", directory: "/d #(x)", command: ["one;"]) == pane)
        #expect(
            sent == [
                ["new-session", "-d", "-s", "a_b", "-n", "a_b", "-c", "/d ##(x)", "-P", "-F"]
                    + ["#{pid}:#{pane_id}:#{pane_pid}", "--", "/usr/bin/env", "--", "one\\;", ";"]
                    + ["set-option", "-p", "-t", "=a_b:", "remain-on-exit", "on", ";"]
                    + ["set-option", "-t", "=a_b:", "destroy-unattached", "off"]
            ])
        let error = #expect(throws: FleetError.self) {
            try self.server("", status: 1, errors: "duplicate session: a").create("a", directory: "/", command: ["x"])
        }
        #expect(error?.code == .unitFailed && error?.message.contains("duplicate session: a") == true)
    }

    @Test func aKillNamesTheProcessesOfLivingPanes() throws {
        #expect(try server("9\n50\n\n52\n").kill("a") == [50, 52])
        #expect(try server("9\n", status: 1).kill("a") == [])
        #expect(try server("", status: 1, errors: "no server running").kill("a") == nil)
    }

    @Test func aProcessesLineIsReadBehindItsName() {
        let text = "7 (a) R 1 (b)) S 2 3 4 " + (7...21).map(String.init).joined(separator: " ") + " 99 0 0"
        let stat = ProcessStat.parse(7, text)
        #expect(stat == ProcessStat(pid: 7, state: UInt8(ascii: "S"), parent: 2, session: 4, start: 99))
        let ended = "7 (sh) Z 2 3 4 " + (7...21).map(String.init).joined(separator: " ") + " 99 "
        let zombie = ProcessStat.parse(7, ended + (23...51).map(String.init).joined(separator: " ") + " 1792\n")
        #expect(zombie?.hasEnded == true && zombie?.waitStatus == 7 << 8)
        #expect(ProcessStat.parse(7, "7 (a) S 1 2") == nil)
        #expect(ProcessStat.parse(7, "") == nil)
    }
}
