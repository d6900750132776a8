import FleetGuard
import FleetKit
import HostsFake
import Testing

@testable import HostsKit

/// A rollout over fake hosts, by a clock that passes only when it is waited for.
@Suite("Rollout over fake hosts", .timeLimit(.minutes(10))) struct RolloutRunnerTests {
    final class Fixture {
        let clock = StepClock()
        let link: FakeLink
        let table = FakeSlotTable()
        let hosts: [HostsFile.Host]
        var mostDown = 0
        var interruptAt: Duration?
        /// By identity, as the hellos said them.
        var generations: [String: Int] = [:]
        /// By name, why a host that is not among the targets is not known.
        var silent: [String: String] = [:]
        /// What was said of each host while it ran.
        var losses: Set<String> = []

        init(_ count: Int) throws {
            link = FakeLink(clock: clock)
            hosts = try Make.hosts(count)
            for host in hosts { link.machines[host.address] = FakeLink.Machine(identity: "id-\(host.address)") }
        }

        func run(
            atOnce: Int, stages: [Int] = [], station: Int = 1, settings: ((inout Rollout.Settings) -> Void)? = nil
        ) throws -> Rollout {
            let targets = hosts.enumerated().map { index, host in
                Rollout.Target(
                    host: host.name.rawValue, identity: "id-\(host.address)",
                    stage: stages.indices.contains(index) ? stages[index] : 0)
            }
            var chosen = Rollout.Settings(atOnce: atOnce)
            settings?(&chosen)
            // The first 24 characters tell stations apart.
            let digits = String(station)
            let id = try #require(
                HostOperationID(
                    String(repeating: "0", count: 8 - digits.count) + digits + "-0000-4000-8000-000000000000"))
            let store = FakeSlotStore(table, station: id.rawValue)
            _ = try store.announce(atOnce: atOnce)
            let runner = RolloutRunner(
                Rollout(targets, station: .init(id: id, author: "me", reason: nil), settings: chosen), link: link,
                store: store, hosts: Dictionary(uniqueKeysWithValues: hosts.map { ("id-\($0.address)", $0) }),
                command: ["restart"], generations: generations, silent: silent, clock: clock,
                time: { 0 })
            let end = runner.run(
                isInterrupted: { self.interruptAt.map { self.clock.now() >= $0 } ?? false },
                look: { _, progress in
                    self.mostDown = max(self.mostDown, self.link.down)
                    for progress in progress.values { self.losses.formUnion(progress.loss.map { [$0] } ?? []) }
                })
            store.withdraw()
            return end
        }

        func begun(_ name: String) -> Int { link.machines[name]?.begun.count ?? 0 }
        var held: [String] { table.held.map(\.host) }
    }

    @Test("All hosts, never more down than may be", arguments: [1, 2, 3])
    func all(_ atOnce: Int) throws {
        let fixture = try Fixture(7)
        let end = try fixture.run(atOnce: atOnce)
        #expect(end.hosts.allSatisfy { $0.phase == .finished(.done) })
        #expect(fixture.mostDown == atOnce)
        #expect(fixture.held.isEmpty)
        #expect(fixture.hosts.allSatisfy { fixture.begun($0.address) == 1 })
    }

    @Test("The stages follow each other") func stages() throws {
        let fixture = try Fixture(4)
        let end = try fixture.run(atOnce: 4, stages: [1, 1, 0, 2])
        #expect(end.halt == nil)
        let starts = fixture.hosts.map { host in
            fixture.link.machines[host.address]?.operations.values.compactMap { $0.span?.lowerBound }.first ?? .zero
        }
        let ends = fixture.hosts.map { host in
            fixture.link.machines[host.address]?.operations.values.compactMap { $0.span?.upperBound }.first ?? .zero
        }
        #expect(ends[2] <= starts[0] && ends[2] <= starts[1])
        #expect(max(ends[0], ends[1]) <= starts[3])
    }

    @Test("The first failure halts it, and the failed host keeps its slot") func failure() throws {
        let fixture = try Fixture(4)
        fixture.link.machines["h1"]?.exits = [1]
        let end = try fixture.run(atOnce: 1)
        #expect(end.halt == .failed("h1"))
        #expect(fixture.held == ["h1"])
        #expect(fixture.begun("h2") == 0 && fixture.begun("h3") == 0)
        // Not mended: nothing can go on, and the reason is named.
        fixture.link.machines["h1"]?.isHealthy = false
        let second = try fixture.run(atOnce: 1, station: 2)
        #expect(second.halt == .slots)
        #expect(second.kept.map(\.slot.host) == ["h1"])
        #expect(fixture.begun("h0") == 1)
        // Mended: the next one gives the slot back by the host's word, and takes all of them.
        fixture.link.machines["h1"]?.isHealthy = true
        fixture.link.machines["h1"]?.exits = [0]
        let third = try fixture.run(atOnce: 1, station: 3)
        #expect(third.hosts.allSatisfy { $0.phase == .finished(.done) })
        #expect(fixture.held.isEmpty)
    }

    @Test("Why a connection was lost is there to be shown until it is back") func loss() throws {
        let fixture = try Fixture(1)
        fixture.link.machines["h0"]?.cuts = 1
        let end = try fixture.run(atOnce: 1)
        #expect(end.hosts.allSatisfy { $0.phase == .finished(.done) })
        #expect(fixture.losses == ["the connection ended"])
    }

    @Test("What an interrupted rollout left under way is waited for, not taken for a failure") func underWay() throws {
        let fixture = try Fixture(2)
        fixture.link.machines["h0"]?.takes = .seconds(20)
        fixture.interruptAt = .seconds(1)
        let first = try fixture.run(atOnce: 1)
        #expect(first.halt == .interrupted && fixture.held == ["h0"])
        fixture.interruptAt = nil
        fixture.link.machines["h0"]?.takes = .seconds(1)
        let second = try fixture.run(atOnce: 1, station: 2)
        #expect(second.halt == nil && second.hosts.allSatisfy { $0.phase == .finished(.done) })
        #expect(fixture.mostDown == 1 && fixture.held.isEmpty)
    }

    @Test("A slot of a host that does not answer: the host's own trouble is the reason") func unknownHost() throws {
        let fixture = try Fixture(1)
        let other = FakeSlotStore(fixture.table, station: try Make.id(7).rawValue)
        _ = try other.announce(atOnce: 1)
        #expect(try other.take(Make.slot(7, identity: "elsewhere", station: 7), limit: 1) == .taken)
        other.withdraw()
        fixture.silent = ["helsewhere": "Connection refused"]
        let end = try fixture.run(atOnce: 1, station: 2)
        #expect(end.halt == .slots)
        #expect(end.kept.map(\.why) == ["Connection refused"])
    }

    @Test("A busy host is taken later, and is no failure") func busy() throws {
        let fixture = try Fixture(3)
        fixture.link.machines["h0"]?.exits = [75, 75, 0]
        let end = try fixture.run(atOnce: 1)
        #expect(end.halt == nil && end.hosts.allSatisfy { $0.phase == .finished(.done) })
        #expect(fixture.begun("h0") == 3)
        fixture.link.machines["h0"]?.exits = [75]
        let always = try fixture.run(atOnce: 1, station: 2)
        #expect(always.hosts[0].phase == .finished(.busy))
        #expect(always.hosts[1].phase == .finished(.done))
        #expect(fixture.held.isEmpty)
    }

    @Test("A lost connection loses no outcome, and nothing is done twice", arguments: [0, 1] as [Int32])
    func cut(_ exit: Int32) throws {
        let fixture = try Fixture(2)
        fixture.link.machines["h0"]?.cuts = 1
        fixture.link.machines["h0"]?.exits = [exit]
        let end = try fixture.run(atOnce: 1)
        #expect(fixture.begun("h0") == 1)
        #expect(end.halt == (exit == 0 ? nil : .failed("h0")))
    }

    @Test("A host that goes silent keeps its slot") func silent() throws {
        let fixture = try Fixture(2)
        fixture.link.machines["h0"]?.isSilent = true
        let end = try fixture.run(atOnce: 1) { $0.lostTries = 3 }
        #expect(end.halt == .failed("h0"))
        #expect(fixture.held == ["h0"])
        #expect(fixture.begun("h1") == 0)
    }

    @Test("Interrupted: nothing further begins, what is under way keeps its slot") func interrupted() throws {
        let fixture = try Fixture(3)
        fixture.interruptAt = .milliseconds(150)
        fixture.link.machines["h1"]?.takes = .seconds(60)
        let end = try fixture.run(atOnce: 1)
        #expect(end.halt == .interrupted)
        #expect(fixture.held == ["h1"])
        #expect(fixture.begun("h2") == 0)
    }

    @Test("Answers of the store that are lost cost nothing but time", arguments: 1...6)
    func lostAnswers(_ count: Int) throws {
        let fixture = try Fixture(3)
        fixture.table.loseAnswers(count)
        let end = try fixture.run(atOnce: 1)
        #expect(end.hosts.allSatisfy { $0.phase == .finished(.done) })
        #expect(fixture.mostDown == 1 && fixture.held.isEmpty)
    }

    @Test("Without the store no host begins") func broken() throws {
        let fixture = try Fixture(2)
        let clock = fixture.clock
        let store = FakeSlotStore(fixture.table, station: "x")
        fixture.table.breakDown()
        let runner = RolloutRunner(
            Rollout(
                [.init(host: "h0", identity: "id-h0", stage: 0)],
                station: .init(id: try Make.id(1), author: "me", reason: nil), settings: .init(atOnce: 1)),
            link: fixture.link, store: store, hosts: ["id-h0": fixture.hosts[0]], command: ["restart"], clock: clock,
            time: { 0 })
        let end = runner.run(isInterrupted: { false }, look: { _, _ in })
        guard case .store = end.halt else { return #expect(Bool(false), "\(String(describing: end.halt))") }
        #expect(fixture.begun("h0") == 0)
    }

    @Test("Another station's slot is waited for as long as patience lasts, however many hosts wait") func patience()
        throws
    {
        let fixture = try Fixture(7)
        let other = FakeSlotStore(fixture.table, station: try Make.id(9).rawValue)
        _ = try other.announce(atOnce: 1)
        #expect(try other.take(Make.slot(1, identity: "other", station: 9), limit: 1) == .taken)
        let end = try fixture.run(atOnce: 1) { $0.slotTries = 12 }
        #expect(end.halt == .slots)
        #expect(fixture.clock.now() >= .seconds(55) && fixture.clock.now() <= .seconds(70), "\(fixture.clock.now())")
    }

    @Test("A host is told the generation that it said beforehand, and refuses another one") func generation() throws {
        let fixture = try Fixture(2)
        for name in ["h0", "h1"] { fixture.link.machines[name]?.generation = 3 }
        fixture.generations = ["id-h0": 3, "id-h1": 2]
        let end = try fixture.run(atOnce: 1)
        #expect(end.hosts[0].phase == .finished(.done))
        #expect(end.halt == .failed("h1"))
        #expect(fixture.begun("h0") == 1 && fixture.begun("h1") == 0)
    }

    @Test("Another machine that answers to the name is not taken for the host") func impostor() throws {
        let fixture = try Fixture(1)
        fixture.link.machines["h0"]?.identity = "other"
        let end = try fixture.run(atOnce: 1) { $0.lostTries = 2 }
        #expect(end.halt == .failed("h0"))
    }

    @Test("Fifty hosts are asked side by side, and a dead one is a row after its patience") func fifty() throws {
        let clock = StepClock()
        let link = FakeLink(clock: clock)
        let hosts = try Make.hosts(50)
        var random = SplitMix(state: 7)
        var slowest = Duration.zero
        for host in hosts {
            let latency = Duration.milliseconds(15 + Int(random.next() % 10))
            slowest = max(slowest, latency)
            link.machines[host.address] = FakeLink.Machine(identity: host.address, latency: latency)
        }
        let request = HostRequest(.ask, id: try Make.id(1), author: "me")
        let replies = Asking(link: link, clock: clock).ask(hosts, request, patience: .seconds(3)) { false }
        #expect(replies.allSatisfy { $0.problem == nil && $0.health?.isHealthy == true })
        #expect(clock.now() <= slowest * 1.5, "\(clock.now()) for \(slowest)")
        link.machines["h7"]?.isSilent = true
        let begin = clock.now()
        let again = Asking(link: link, clock: clock).ask(hosts, request, patience: .seconds(3)) { false }
        #expect(clock.now() - begin <= .milliseconds(3050))
        #expect(again.filter { $0.problem != nil }.map(\.host.name.rawValue) == ["h7"])
    }
}
