import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite struct FleetResidenceTests {
    private let holder: UnitName
    private let units: [UnitName]

    init() throws {
        holder = try UnitName("mosaic-tmux-holder.service")
        units = [holder, try UnitName("mosaic-agent@a.service"), try UnitName("_b.service")]
    }

    @Test(arguments: [
        "/", "/user.slice/user-1000.slice/session-3.scope",
        "/user.slice/user-1000.slice/user@1000.service/app.slice/terminal.scope",
        "/app.slice/tmux-spawn-1.scope", "/mosaic-tmux-holder.service.d/x",
    ])
    func `Outside of every service the manager need not be asked`(_ own: String) {
        #expect(FleetResidence.candidates(units, own) == [])
    }

    @Test func `Inside a unit's cgroup, or one below it, that unit is asked for`() {
        let app = "/user.slice/user-1000.slice/user@1000.service/app.slice"
        #expect(FleetResidence.candidates(units, "\(app)/mosaic-tmux-holder.service") == [holder])
        #expect(FleetResidence.candidates(units, "\(app)/mosaic-agent@a.service/child") == [units[1]])
        #expect(FleetResidence.candidates(units, "\(app)/__b.service") == [units[2]])
    }

    @Test func `A service of another name may be one of the fleet by an alias`() {
        #expect(FleetResidence.candidates(units, "/app.slice/tmux.service") == units)
    }

    @Test func `The server is known by its process: an ancestor, or the one that TMUX names`() {
        let chain: [Int32: Int32] = [40: 30, 30: 20, 20: 10, 10: 1]
        func stat(_ pid: Int32) -> ProcessStat? {
            chain[pid].map { ProcessStat(pid: pid, state: 83, parent: $0, session: pid, start: 1) }
        }
        func servers(_ environment: [String: String]) -> Set<Int32> {
            FleetResidence.tmuxServers(around: stat(40), environment, look: stat, isTmux: { $0 == 20 })
        }
        #expect(servers([:]) == [20])
        #expect(servers(["TMUX": "/tmp/tmux-0/a,b,77,0"]) == [20, 77])
        #expect(servers(["TMUX": "/tmp/mosaic-fleet"]) == [20])
        #expect(servers(["TMUX": ""]) == [20])
        #expect(FleetResidence.tmuxServers(around: nil, [:], look: stat, isTmux: { _ in true }) == [])
    }

    @Test func `A pane's own scope is left, too`() throws {
        let folder = "/user.slice/user-1000.slice/user@1000.service"
        let scope = "tmux-spawn-6a4f3e1c-0b0e-4c0e-9d2c-2f0f8d3f1a11.scope"
        #expect(FleetResidence.paneScope(in: "\(folder)/\(scope)")?.rawValue == scope)
        #expect(FleetResidence.paneScope(in: "\(folder)/app.slice/\(scope)/inner")?.rawValue == scope)
        for other in [
            "\(folder)/app.slice/run-r12.scope", "\(folder)/app.slice/mosaic-tmux-holder.service", "/", "",
            "\(folder)/tmux-spawn-a b.scope", "\(folder)/tmux-spawn-x.service",
        ] {
            #expect(FleetResidence.paneScope(in: other) == nil, "\(other)")
        }
    }
}
