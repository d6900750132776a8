import Testing

@testable import FleetKit

/// What brings an agent into a new run, once the holder is in one.
@Suite struct RestartVerbTests {
    private func verb(
        _ activeState: String, _ subState: String, run: String = "old", job: UnitState.Job? = nil
    ) throws -> UnitCommand.Verb? {
        let state = UnitState(
            name: try UnitName("mosaic-agent@a.service"), activeState: activeState, subState: subState,
            invocationID: run, job: job)
        return RestartOperation.verb(for: state, since: "old")
    }

    @Test func `What is up in a new run is left alone`() throws {
        #expect(try verb("active", "running", run: "new") == nil)
        #expect(try verb("active", "running") == .restart)
    }

    @Test(arguments: ["start", "restart", ""])
    func `What is down and queued to come up is started, which joins its job`(_ type: String) throws {
        #expect(try verb("inactive", "dead", job: .init(id: 7, type: type)) == .start)
        #expect(try verb("failed", "failed", job: .init(id: 7, type: type)) == .start)
    }

    @Test func `What is down is started, and between two automatic restarts restarted`() throws {
        #expect(try verb("inactive", "dead") == .start)
        #expect(try verb("failed", "failed") == .start)
        #expect(try verb("activating", "auto-restart") == .restart)
    }

    @Test func `What is on its way up in a new run is joined, and on its way down restarted`() throws {
        #expect(try verb("activating", "start", run: "new") == .start)
        #expect(try verb("activating", "start") == .restart)
        #expect(try verb("deactivating", "stop-sigterm", job: .init(id: 7)) == .restart)
    }
}
