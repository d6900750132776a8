import FleetTestSupport
import Glibc
import Testing

/// Real systemd, real tmux, twenty agents, through each backend.
@Suite("A real fleet", .serialized, .timeLimit(.minutes(15)))
struct RealFleetTests {
    static let backends = ["dbus", "systemctl"]
    private static let quick = ["--stable-for", "200ms"]

    /// Each agent starts a daemon that leaves its session; both say in their words whose they are, with a file that need
    /// not be there.
    private static let withDaemon = """
        setsid tail -f /dev/null "$1/daemon-$2" &
        exec tail -f /dev/null "$1/agent-$2"
        """

    /// Processes of the fleet's agents and daemons that are too many, missing, or not in their own unit's cgroup.
    private func misplaced(_ fleet: RealFleet) -> [String] {
        var found: [String: [String]] = [:]
        for process in FolderListing("/proc", isDeep: false).entries.compactMap({ Int($0.name) }) {
            let words = TestProcess.contents("/proc/\(process)/cmdline").split(separator: "\0").map(String.init)
            guard words.first == "tail", let last = words.last, last.hasPrefix(fleet.folder.path) else { continue }
            let groups = TestProcess.contents("/proc/\(process)/cgroup").split(separator: "\n")
            found[last, default: []].append(groups.first { $0.hasPrefix("0::") }.map(String.init) ?? "none")
        }
        var wrong: [String] = []
        for name in fleet.names {
            for kind in ["agent", "daemon"] {
                let groups = found.removeValue(forKey: "\(fleet.folder.path)/\(kind)-\(name)") ?? []
                guard groups.count == 1, groups[0].hasSuffix("/mosaic-agent@\(name).service") else {
                    wrong.append("\(kind) of \(name): \(groups)")
                    continue
                }
            }
        }
        return wrong + found.keys
    }

    /// How a full restart keeps the agents from looping; the units that `init` writes allow both.
    enum Order: String, CaseIterable, CustomTestStringConvertible {
        case oneBatch, phases

        var testDescription: String { rawValue }
        /// A bound on the jobs at once needs the phases.
        var options: [String] { self == .phases ? ["--max-parallel", "100"] : [] }
        var phases: [String] { (self == .phases ? ["drain"] : []) + ["holder", "settle", "start", "verify"] }
    }

    @Test(
        "Three restarts at once, ten times: nothing interleaves, and every agent and its daemon is up once, in its unit",
        arguments: backends, Order.allCases)
    func threeAtOnce(_ backend: String, _ order: Order) throws {
        let fleet = try RealFleet(agents: 20, script: Self.withDaemon)
        #expect(try fleet.troubles() == [])
        for round in 1...10 {
            let log = fleet.folder.path + "/round\(round)"
            let restarts = try (0..<3).map { _ in
                try fleet.mosaic(
                    ["restart", "-v", "--no-join"] + order.options + Self.quick, backend: backend, sharedError: log)
            }
            for restart in restarts {
                #expect(try restart.wait(within: .seconds(120)) == .exit(0), "\(restart.errors)")
                #expect(restart.output.contains("21 units restarted"))
            }
            #expect(try fleet.troubles() == [], "round \(round)")
            // A shell becomes its agent a moment after it was started.
            try eventually("each process in its unit", state: "\(misplaced(fleet))") { misplaced(fleet).isEmpty }
            let trace = CommandTrace(restarts[0].errorLines, phases: order.phases)
            #expect(trace.violations == [])
            #expect(trace.restarts == 3)
            // Each restart sent each command once; thirty restarts in a minute also meet the start limit.
            func count(_ verb: String, _ unit: String) -> Int {
                trace.commands.filter { $0 == "\(verb) \(unit)" }.count - trace.refused.filter { $0 == unit }.count
            }
            #expect(count("restart", RealFleet.holder) == 3)
            for agent in fleet.agents {
                switch order {
                case .phases:
                    #expect(count("start", agent) == 3)
                    #expect(trace.commands.filter { $0 == "stop \(agent)" }.count == 3)
                case .oneBatch:
                    // The holder's restart carries it along: at most, a start joins the manager's own.
                    #expect(count("start", agent) <= 3)
                    #expect(trace.commands.allSatisfy { $0 != "stop \(agent)" && $0 != "restart \(agent)" })
                }
            }
        }
    }

    /// Each moment once with each order in which it exists.
    static func moments(_ order: Order) -> [String] {
        (order == .phases ? ["drain: 20 units", "drain: done"] : []) + [
            "holder: 1 unit", "restart \(RealFleet.holder)", "holder: done", "settle: done", "start: 20 units",
            "start: done", "verify: 21 units",
        ]
    }

    @Test(
        "After a SIGKILL of the owner between any two phases the next restart ends with a healthy fleet",
        arguments: backends, Order.allCases)
    func killed(_ backend: String, _ order: Order) throws {
        let fleet = try RealFleet(agents: 20)
        for moment in Self.moments(order) {
            let first = try fleet.mosaic(["restart", "-v", "--stable-for", "60s"] + order.options, backend: backend)
            try first.waitForError(moment, within: .seconds(60))
            first.signal(SIGKILL)
            #expect(try first.wait() == .signal(SIGKILL))
            let second = try fleet.mosaic(["restart"] + order.options + Self.quick, backend: backend)
            #expect(try second.wait(within: .seconds(60)) == .exit(0), "\(moment): \(second.errors) \(second.output)")
            #expect(second.errors.contains("took over the lock from owner pid \(first.pid)"))
            #expect(try fleet.troubles() == [], "\(moment)")
        }
    }

    @Test("A stopped owner is evicted after --stall-after, and sends nothing when it goes on", arguments: backends)
    func stopped(_ backend: String) throws {
        let fleet = try RealFleet(agents: 20)
        // So that the owner can be caught between the drain and the agents' start.
        try fleet.addDropIn(RealFleet.holder, "[Service]\nExecStopPost=/bin/sleep 1\n")
        let first = try fleet.mosaic(["restart", "-v"] + Self.quick, backend: backend)
        try first.waitForError("restart \(RealFleet.holder)", within: .seconds(60))
        try first.freeze()
        let begin = ContinuousClock.now
        let second = try fleet.mosaic(
            ["restart", "-v", "--stall-after", "3s", "--evict-grace", "60s"] + Self.quick, backend: backend)
        try second.waitForError("took over the lock from owner pid \(first.pid)")
        #expect(ContinuousClock.now - begin >= .seconds(3))
        try second.waitForError("for the evicted owner pid \(first.pid)")
        let before = first.errors
        let units = try fleet.units().map(\.invocation)
        first.thaw()
        #expect(try first.wait(within: .seconds(10)) == .exit(76))
        let after = first.errors.dropFirst(before.count)
        #expect(CommandTrace(after.split(separator: "\n").map(String.init)).commands == [])
        #expect(after.contains("taken over by pid \(second.pid) "))
        #expect(!units.isEmpty)
        #expect(try second.wait(within: .seconds(60)) == .exit(0), "\(second.errors)")
        #expect(try fleet.troubles() == [])
    }

    @Test(
        "A fleet that looped into its start limit while the holder was down comes back whole",
        arguments: backends, [false, true])
    func loops(_ backend: String, isStillLooping: Bool) throws {
        let fleet = try RealFleet(agents: 20)
        // As a fleet without the ordering that `init` writes: the agents come back whether the holder is there or not.
        let path = fleet.unitFolder + "/mosaic-agent@.service"
        let own = TestProcess.contents(path).split(separator: "\n", omittingEmptySubsequences: false).filter {
            !["Requires=", "After=", "StartLimit", "Restart"].contains(where: $0.hasPrefix)
        }
        let limit = isStillLooping ? "StartLimitIntervalSec=0" : "StartLimitIntervalSec=120\nStartLimitBurst=3"
        try ScriptedHome.write(own.joined(separator: "\n"), to: path)
        try fleet.addDropIn(
            "mosaic-agent@.service", "[Unit]\n\(limit)\n[Service]\nRestart=always\nRestartSec=300ms\n")
        try fleet.systemctl("stop", RealFleet.holder)
        try eventually("the agents loop", within: .seconds(60), state: "\((try? fleet.units()) ?? [])") {
            try fleet.units().dropFirst().allSatisfy {
                // With Restart=always only the start limit ends in "failed"; Result keeps the loop's own reason.
                isStillLooping ? $0.restarts > 3 : $0.active == "failed" && $0.restarts >= 2
            }
        }
        #expect(try fleet.units().first?.active == "inactive")
        let restart = try fleet.mosaic(["restart", "-v", "--stable-for", "1s"], backend: backend)
        #expect(try restart.wait(within: .seconds(90)) == .exit(0), "\(restart.errors) \(restart.output)")
        #expect(try fleet.troubles() == [])
        // And once more at once: the first one did not use up the start limit.
        let again = try fleet.mosaic(["restart"] + Self.quick, backend: backend)
        #expect(try again.wait(within: .seconds(90)) == .exit(0), "\(again.errors) \(again.output)")
        #expect(try fleet.troubles() == [])
    }

    @Test("A systemctl child of a killed owner never acts beside the next owner")
    func child() throws {
        let fleet = try RealFleet(agents: 5)
        try fleet.addDropIn(RealFleet.holder, "[Service]\nExecStopPost=/bin/sleep 3\n")
        let first = try fleet.mosaic(["restart", "-v"] + Self.quick, backend: "systemctl")
        try first.waitForError("restart \(RealFleet.holder)", within: .seconds(60))
        let child = try eventually("a systemctl that waits for the holder") {
            ChildList(of: first.pid).pids.first { TestProcess.contents("/proc/\($0)/cmdline").contains("restart") }
        }
        let isChildThere = { TestProcess.contents("/proc/\(child)/cmdline").contains("restart") }
        // The child brings to an end what the first has begun, which is all that the second would wish for.
        let second = try fleet.mosaic(["restart", "-v", "--no-join"] + Self.quick, backend: "systemctl")
        try second.waitForError("waiting up to")
        #expect(isChildThere())
        first.signal(SIGKILL)
        try first.wait()
        var childAtFirstCommand = true
        try eventually("the next owner's first command", within: .seconds(60), state: second.errors) {
            // The child is looked at after the command was said, so it had to be gone before.
            let hasSent = !CommandTrace(second.errorLines).commands.isEmpty
            if hasSent { childAtFirstCommand = isChildThere() }
            return hasSent
        }
        #expect(!childAtFirstCommand)
        #expect(try second.wait(within: .seconds(60)) == .exit(0), "\(second.errors)")
        #expect(try fleet.troubles() == [])
    }
}
