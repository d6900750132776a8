internal import Dispatch
internal import FleetGuard
internal import FleetKit
internal import FleetTestSupport
internal import Testing

/// The same scenarios over every backend; the two real ones against a real user manager.
@Suite("Conformance", .timeLimit(.minutes(10)))
struct ConformanceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var backend: Backend
        var scenario: Scenario
        var testDescription: String { "\(backend.rawValue): \(scenario.name)" }
    }

    static let rows = Backend.allCases.flatMap { backend in
        Scenario.table.filter { $0.reason(against: backend) == nil }.map { Row(backend: backend, scenario: $0) }
    }

    @Test(arguments: rows)
    func scenario(_ row: Row) async throws {
        try await onOwnThread {
            Self.seats.wait()
            defer { Self.seats.signal() }
            try Self.play(row)
        }
    }

    /// How many scenarios run at once: enough to overlap their waiting, too few to make a timeout of systemd's late.
    private static let seats = DispatchSemaphore(value: 4)

    private static func play(_ row: Row) throws {
        let world = try Worlds.make(row.backend, row.scenario)
        do {
            try world.install(row.scenario.units)
            let play = try Play(world)
            for step in row.scenario.steps { try play.perform(step) }
        } catch {
            try world.tearDown(row.scenario.units)
            throw error
        }
        try world.tearDown(row.scenario.units)
    }

    /// What is left out is left out for a written reason, and for nothing that was not agreed on.
    @Test func inexpressibleRowsHaveAReason() {
        var left: [String] = []
        for scenario in Scenario.table {
            for backend in Backend.allCases {
                guard let reason = scenario.reason(against: backend) else { continue }
                print("not asked of \(backend.rawValue): \(scenario.name): \(reason)")
                #expect(reason.count > 20)
                left.append("\(backend.rawValue): \(scenario.name)")
            }
        }
        var agreed: Set = [
            "fake: service that ends well at once is not up", "fake: daemon-reexec while a job is awaited",
            "fake: daemon-reexec while a failing job is awaited", "fake: bus daemon killed while a job is awaited",
            "fake: a watch outlives a daemon-reexec",
        ]
        if SystemFacts.noBusForSystemctl != nil {
            agreed.formUnion([
                "systemctl: a change of a watched unit is heard over the bus",
                "systemctl: bus daemon killed while a job is awaited",
            ])
        }
        #expect(Set(left) == agreed)
        #expect(Set(Scenario.table.map(\.name)).count == Scenario.table.count)
    }

    /// No backend sees a name that is not a unit name: `ServiceManager` takes `UnitName` only, and this is its gate.
    @Test(arguments: [
        "", "x", "-H x.service", "--force.service", "a/b.service", "a*.service", "a?.service", "[ab].service",
        "a\u{0}b.service", "a\nb.service", "a b.service", "ä.service", "a.conf", "@x.service", ".service",
        String(repeating: "a", count: 248) + ".service",
    ])
    func invalidNamesAreRejected(_ name: String) {
        #expect { try UnitName(name) } throws: { ($0 as? FleetError)?.code == .usage }
    }
}
