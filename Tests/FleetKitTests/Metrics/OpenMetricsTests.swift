import FleetTestSupport
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("The fleet in numbers")
struct OpenMetricsTests {
    private func lines(_ metrics: FleetMetrics) -> [String] {
        metrics.text.render().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private func row(_ name: String, _ active: String, said: String = "") throws -> StatusReport.Row {
        var state = UnitState(
            name: try UnitName("mosaic-agent@\(name).service"), activeState: active, subState: "x", memory: 4096)
        state.statusText = said
        state.restarts = 2
        return StatusReport.Row(role: .agent, agent: try AgentName(name), state: state)
    }

    @Test func everyFamilyHasItsTypeItsHelpAndItsSamples() throws {
        let holder = StatusReport.Row(
            role: .holder, state: UnitState(name: try UnitName("holder.service"), activeState: "active"))
        let report = StatusReport(rows: [
            holder, try row("a", "active", said: "busy since 2026-01-02T03:04:05Z: tests"), try row("b", "active"),
            try row("c", "failed", said: "idle since 2026-01-02T03:04:05Z"),
        ])
        var metrics = FleetMetrics(report: report, outdated: 1, isLocked: true, resting: 0, totals: HistoryTotals())
        metrics.owed = 2
        let found = lines(metrics)
        for line in [
            "mosaic_fleet_up 1", "mosaic_fleet_holder_up 1", "# TYPE mosaic_fleet_agents gauge",
            "mosaic_fleet_agents{state=\"active\",activity=\"busy\"} 1",
            "mosaic_fleet_agents{state=\"active\",activity=\"unknown\"} 1",
            "mosaic_fleet_agents{state=\"active\",activity=\"idle\"} 0",
            "mosaic_fleet_agents{state=\"failed\",activity=\"unknown\"} 1", "mosaic_fleet_agents_outdated 1",
            "mosaic_fleet_agents_owed 2",
            "mosaic_fleet_agent_memory_bytes{agent=\"a\"} 4096", "# UNIT mosaic_fleet_agent_memory_bytes bytes",
            "mosaic_fleet_agent_automatic_restarts{agent=\"c\"} 2", "mosaic_fleet_lock_held 1",
            "# TYPE mosaic_fleet_restarts counter", "mosaic_fleet_restarts_total{result=\"done\"} 0",
            "mosaic_fleet_lock_wait_seconds_count 0", "mosaic_fleet_takeovers_total{kind=\"eviction\"} 0",
        ] {
            #expect(found.contains(line), "\(line)")
        }
        #expect(found.suffix(2) == ["# EOF", ""])
        // The agents of all states are the agents.
        let sum = found.filter { $0.hasPrefix("mosaic_fleet_agents{") }.compactMap { $0.split(separator: " ").last }
        #expect(sum.compactMap { Int($0) }.reduce(0, +) == 3)
        // No sample stands outside its family, and none twice.
        let samples = found.filter { !$0.hasPrefix("#") && !$0.isEmpty }.map { $0.split(separator: " ")[0] }
        #expect(Set(samples).count == samples.count)
    }

    @Test func withoutAManagerThereAreNoUnits() {
        let found = lines(
            FleetMetrics(report: nil, outdated: nil, isLocked: false, resting: nil, totals: HistoryTotals()))
        #expect(found.contains("mosaic_fleet_up 0") && !found.contains { $0.hasPrefix("mosaic_fleet_agents") })
    }

    @Test func valuesAndLabelsAreWrittenAsTheFormatHasThem() {
        #expect(OpenMetricsText.escaped("a\\b\"c\nd") == "a\\\\b\\\"c\\nd")
        // A combining mark does not hide the quote from the bytes.
        #expect(OpenMetricsText.escaped("\"\u{301}").utf8.elementsEqual("\\\"\u{301}".utf8))
        #expect(OpenMetricsText.number(3) == "3" && OpenMetricsText.number(0.25) == "0.25")
        #expect(OpenMetricsText.number(.infinity) == "+Inf" && OpenMetricsText.number(.nan) == "NaN")
        #expect(OpenMetricsText.number(1e300) == "1e+300")
    }

    @Test func aFileIsReplacedInOneStep() throws {
        let directory = FakeDirectory()
        let path = directory.path + "/fleet.prom"
        umask(0o077)
        defer { umask(0o022) }
        try PublishedFile.replace(path, "a\n")
        try PublishedFile.replace(path, "b\n")
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode == S_IFREG | 0o644)
        #expect(TestProcess.contents(path) == "b\n")
        #expect(FolderListing(directory.path).entries.map(\.name) == ["fleet.prom"])
        for bad in ["", "/", directory.path + "/", directory.path + "/none/x", directory.path + "/fleet.prom/x"] {
            #expect(throws: FleetError.self, "\(bad)") { try PublishedFile.replace(bad, "x") }
        }
    }

    @Test("what is not a regular file stays as it is", arguments: ["fifo", "folder", "link", "dangling", "device"])
    func onlyARegularFileIsReplaced(_ kind: String) throws {
        let directory = FakeDirectory()
        let path = directory.path + "/x"
        switch kind {
        case "fifo": #expect(mkfifo(path, 0o600) == 0)
        case "folder": try ScriptedHome.makeFolder(path)
        case "link":
            try ScriptedHome.write("kept", to: directory.path + "/target")
            #expect(symlink("target", path) == 0)
        case "dangling": #expect(symlink("nowhere", path) == 0)
        default:
            // A null device of its own; only root can make one.
            guard mknod(path, S_IFCHR | 0o600, 0x103) == 0 else { return }
        }
        let before = FolderListing(directory.path)
        let error = #expect(throws: FleetError.self) { try PublishedFile.replace(path, "x") }
        #expect(error?.code == .io && error?.message.contains(path) == true)
        #expect(error?.message.contains("not a regular file") == true, "\(error?.message ?? "")")
        #expect(FolderListing(directory.path) == before)
    }
}
