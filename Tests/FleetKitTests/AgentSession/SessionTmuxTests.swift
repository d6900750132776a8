import Testing

@testable import FleetKit

@Suite("What an agent's main process says to tmux")
struct SessionTmuxTests {
    private let tmux = SessionTmux(tmux: "/bin/tmux", socket: .name("s"), session: "a_b")
    private let pane = SessionTmux.Pane(id: "%3", process: 50, server: 9)

    @Test func aReplyNamesThePaneAndWhatWasLeft() {
        let reply = SessionTmux.Created("left:7\nleft:\nnew:9:%3:50\n")
        #expect(reply?.pane == pane)
        #expect(reply?.left == [7])
        #expect(SessionTmux.Created("left:7\n") == nil)
        #expect(SessionTmux.Created("new:9:%3:x\n") == nil)
        #expect(SessionTmux.Created("") == nil)
    }

    @Test(
        arguments: [
            ("9\n50:w /run/x\n", .unchanged), ("9\n51:w /run/x\n", .respawned(process: 51)),
            ("9\n51:sleep 9\n", .replaced), ("9\n51:\n", .replaced), ("9\n", .killed),
            // Another server's pane of the same number is not ours.
            ("8\n51:w /run/x\n", .serverLost), ("", .serverLost), ("no server\n", .serverLost),
        ] as [(String, SessionTmux.Fate)])
    func whatBecameOfThePane(output: String, fate: SessionTmux.Fate) {
        #expect(SessionTmux.fate(of: pane, output, window: "/run/x") == fate)
    }

    @Test func keysReachTheProgramAndNotACopyMode() {
        #expect(
            tmux.send(keys: ["/exit;", "-x", "Enter"], to: pane) == [
                "/bin/tmux", "-N", "-L", "s", "copy-mode", "-q", "-t", "%3", ";", "send-keys", "-t", "%3", "--",
                "/exit\\;", "-x", "Enter",
            ])
    }
}

@Suite("How an agent's unit ends")
struct SessionEndTests {
    @Test(
        arguments: [
            (.agent(AgentEnd(wait: 42 << 8, outOfMemory: false)), 42, "exit status 42"),
            (.agent(AgentEnd(wait: 9, outOfMemory: false)), 137, "killed by SIGKILL"),
            (.agent(AgentEnd(wait: 9, outOfMemory: true)), 137, "out of memory: killed by the kernel (SIGKILL)"),
            // A core was dumped.
            (.agent(AgentEnd(wait: 11 | 0x80, outOfMemory: true)), 139, "killed by SIGSEGV"),
            (.agent(AgentEnd(wait: 15, outOfMemory: false)), 143, "killed by SIGTERM"),
            (.stopped(AgentEnd(wait: 15, outOfMemory: false)), 0, "stopped"), (.stopped(nil), 0, "stopped"),
            (.stopped(AgentEnd(wait: 7 << 8, outOfMemory: false)), 7, "stopped: exit status 7"),
            (.stopped(AgentEnd(wait: 9, outOfMemory: false)), 137, "stopped: killed by SIGKILL"),
            (.terminalLost("its session was killed in tmux"), 1, "its session was killed in tmux"),
        ] as [(SessionEnd, Int32, String)])
    func hasAStatusAndWords(end: SessionEnd, status: Int32, words: String) {
        #expect(end.status == status)
        #expect(end.words == words)
    }

    @Test func whatAProcessDoesWithSignalsIsRead() {
        let text = "Name:\ta\\nSigIgn:\t1\nSigBlk:\t0\nSigIgn:\t0000000000004001\nSigCgt:\t0000000180000002\n"
        let disposition = SignalDisposition.parse(text)
        #expect(disposition?.ignores(15) == true && disposition?.ignores(1) == true)
        #expect(disposition?.ignores(2) == false && disposition?.catches(2) == true)
        #expect(SignalDisposition.parse("Name:\tx\n") == nil)
    }

    @Test func theLastScreenIsBounded() {
        #expect(LastScreen.lastLines(of: "\n \na\n\nb\n\n \n") == "a\n\nb")
        #expect(LastScreen.lastLines(of: "\n\n") == "")
        let many = (0..<500).map { "\($0)" }.joined(separator: "\n")
        #expect(LastScreen.lastLines(of: many).split(separator: "\n").count == LastScreen.lineLimit)
        #expect(LastScreen.lastLines(of: many).hasSuffix("\n499"))
        let wide = Array(repeating: String(repeating: "x", count: 1000), count: 200).joined(separator: "\n")
        #expect(LastScreen.lastLines(of: wide).utf8.count <= LastScreen.sizeLimit)
    }
}
