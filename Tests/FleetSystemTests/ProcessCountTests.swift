import FleetTestSupport
import Glibc
import Testing

/// What it takes to start and to stop one agent, counted by strace. Counts do not vary, so they are exact: who adds a process
/// does it on purpose and changes the list here and the table in docs/performance.md.
@Suite("Processes of a start and a stop", .serialized, .timeLimit(.minutes(10)))
struct ProcessCountTests {
    private static let agent = "mosaic-agent@a01.service"

    /// Without what tmux itself starts for each pane, whoever made it: its entry in utmp, where it is built with that.
    private func trace(_ fleet: RealFleet, _ verb: String, until last: String? = nil) throws -> [String] {
        let found = try ProcessTrace(of: fleet, until: last) { try fleet.systemctl(verb, Self.agent) }.processes
        return found.map { text in
            let words = text.split(separator: " ")
            return words.first == "mosaic" ? words.prefix(3).joined(separator: " ") : String(words.first ?? "")
        }
        .filter { $0 != "utempter" }.sorted()
    }

    @Test(
        "A start is the unit's process, a tmux client, the window, the session's leader and the agent; a stop is none")
    func startAndStop() throws {
        let fleet = try RealFleet(agents: 2)
        #expect(try fleet.troubles() == [])
        let stopped = try trace(fleet, "stop")
        let started = try trace(fleet, "start", until: "sleep infinity")
        #expect(stopped == [])
        #expect(started == ["leader", "mosaic fleet session", "mosaic fleet window", "sleep", "tmux"])
        #expect(try fleet.troubles() == [])
    }
}
