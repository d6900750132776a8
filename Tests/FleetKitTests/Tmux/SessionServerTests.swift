import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("An agent's session in tmux")
struct SessionServerTests {
    private func server(_ output: String, status: Int32? = 0, errors: String = "") -> SessionServer {
        SessionServer { _ throws(FleetError) in TmuxProbe.Reply(status: status, output: output, errors: errors) }
    }

    @Test func aKillNamesTheProcessesOfLivingPanes() throws {
        #expect(try server("9\n50\n\n52\n").kill("a") == [50, 52])
        #expect(try server("9\n", status: 1).kill("a") == [])
        #expect(try server("", status: 1, errors: "no server running").kill("a") == nil)
    }

    @Test func aProcessesLineIsReadBehindItsName() {
        let text = "7 (a) R 1 (b)) S 2 3 4 " + (7...21).map(String.init).joined(separator: " ") + " 99 0 0"
        let stat = ProcessStat.parse(7, text)
        #expect(
            stat
                == ProcessStat(
                    pid: 7, state: UInt8(ascii: "S"), parent: 2, session: 4, group: 3, terminal: 7, foreground: 8,
                    start: 99))
        let ended = "7 (sh) Z 2 3 4 " + (7...21).map(String.init).joined(separator: " ") + " 99 "
        let zombie = ProcessStat.parse(7, ended + (23...51).map(String.init).joined(separator: " ") + " 1792\n")
        #expect(zombie?.hasEnded == true && zombie?.waitStatus == 7 << 8)
        #expect(ProcessStat.parse(7, "7 (a) S 1 2") == nil)
        #expect(ProcessStat.parse(7, "") == nil)
    }
}
