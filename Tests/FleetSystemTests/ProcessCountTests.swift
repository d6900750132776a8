import FleetTestSupport
import Glibc
import Testing

/// What it takes to start and to stop one agent, counted by strace. Counts do not vary, so they are exact: who adds a process
/// does it on purpose and changes the list here and the table in docs/performance.md.
@Suite("Processes of a start and a stop", .serialized, .timeLimit(.minutes(2)))
struct ProcessCountTests {
    private static let agent = "mosaic-agent@a01.service"

    private func trace(_ fleet: RealFleet, _ verb: String) throws -> [String] {
        try ProcessTrace(of: fleet) { try fleet.systemctl(verb, Self.agent) }.processes
    }

    @Test("A start is the unit's process, a tmux client, the window and the agent; a stop is none")
    func startAndStop() throws {
        let fleet = try RealFleet(agents: 2)
        #expect(try fleet.troubles() == [])
        let stopped = try trace(fleet, "stop")
        let started = try trace(fleet, "start")
        #expect(stopped == [])
        #expect(started == [])
        #expect(try fleet.troubles() == [])
    }
}
