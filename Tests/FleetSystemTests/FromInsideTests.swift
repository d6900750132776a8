import FleetTestSupport
import Glibc
import Testing

/// An agent that restarts the fleet it lives in: its terminal, its session and its cgroup die in the middle.
@Suite("A restart from inside the fleet", .serialized, .timeLimit(.minutes(10)))
struct FromInsideTests {
    static let backends = ["dbus", "systemctl"]

    /// Every agent waits for one line of orders in a pipe of its own, does it in its own terminal, and notes its status.
    private static let agent = """
        echo $$ >"$1/$2.process"
        orders=$1/$2.orders
        [ -p "$orders" ] || mkfifo "$orders"
        read -r line <"$orders"
        eval "$line"
        echo "status $?" >>"$1/$2.ends"
        exec sleep infinity
        """

    private func makeFleet() throws -> RealFleet {
        let fleet = try RealFleet(agents: 3, script: Self.agent)
        #expect(try fleet.troubles() == [])
        return fleet
    }

    /// Types a mosaic command in the agent's own shell.
    private func order(_ fleet: RealFleet, _ name: String, _ words: String, backend: String) throws {
        let path = "\(fleet.folder.path)/\(name).orders"
        let pipe = try eventually("agent \(name) reads its orders") {
            let file = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            return file >= 0 ? file : nil
        }
        defer { close(pipe) }
        let line = Array("'\(try BuiltProduct.path("mosaic"))' fleet \(words) --backend \(backend)\n".utf8)
        guard write(pipe, line, line.count) == line.count else { throw DeadlineMissed("write \(path): \(errno)") }
    }

    /// What the agent's terminal shows, its wrapped lines joined.
    private func screen(_ fleet: RealFleet, _ name: String) throws -> String {
        let tmux = try TestProcess(
            ["/usr/bin/tmux", "-N", "-L", "mosaic-fleet", "capture-pane", "-p", "-J", "-t", "=\(name):"],
            environment: fleet.environment)
        try tmux.wait()
        return tmux.output
    }

    /// What the restart must call the place that it is typed in: the unit of the fleet whose cgroup the agent's shell is in.
    /// Where tmux put the shell into a scope of its own, only its terminal is the fleet's.
    private func place(_ fleet: RealFleet, _ name: String) throws -> String {
        let path = "\(fleet.folder.path)/\(name).process"
        let process = try eventually("agent \(name) runs") { Int32(TestProcess.contents(path).filter(\.isNumber)) }
        let group = TestProcess.contents("/proc/\(process)/cgroup")
        let unit = ([RealFleet.holder] + fleet.agents).first { group.contains("/\($0)") }
        return unit.map { "inside \($0)" } ?? "in a window of the fleet's tmux server"
    }

    private func transcriptPath(_ fleet: RealFleet) -> String { fleet.fleetPath + "/last-restart-from-inside.log" }

    private func invocations(_ fleet: RealFleet) throws -> [String] { try fleet.units().map(\.invocation) }

    /// Somebody else's lock, so that the restart can be looked at before it begins.
    private func idleOwner(_ fleet: RealFleet) throws -> TestProcess {
        let owner = try TestProcess(
            [try BuiltProduct.path("guard-holder"), "lock", fleet.homePath], environment: fleet.environment,
            input: .open)
        try owner.waitForOutput("owns ")
        return owner
    }

    @Test(
        "The whole fleet comes back, and the outcome is where the agent's terminal said", arguments: backends,
        ["", " -q"])
    func wholeFleet(_ backend: String, _ option: String) throws {
        let fleet = try makeFleet()
        let before = try invocations(fleet)
        let owner = try idleOwner(fleet)
        let place = try place(fleet, "a02")
        try order(fleet, "a02", "restart --stable-for 200ms" + option, backend: backend)
        let path = transcriptPath(fleet)
        try eventually("it waits for the lock", state: TestProcess.contents(path)) {
            TestProcess.contents(path).contains("waiting up to")
        }
        if option.isEmpty {
            let shown = try screen(fleet, "a02")
            #expect(shown.contains("this command runs \(place)"), "\(shown)")
            #expect(shown.contains("see \(path)"), "\(shown)")
        }
        // It left before it took the lock.
        let scopes = try fleet.systemctl("list-units", "--plain", "--no-legend", "mosaic-restart-*.scope")
        #expect(scopes.contains("mosaic-restart-"), "\(scopes)")
        owner.endInput()
        try eventually("its outcome", within: .seconds(60), state: TestProcess.contents(path)) {
            TestProcess.contents(path).contains("4 units restarted")
        }
        #expect(!TestProcess.contents(path).contains("not complete"))
        #expect(try fleet.troubles() == [])
        #expect(Set(before).isDisjoint(with: try invocations(fleet)))
        try expectGone(fleet)
    }

    @Test("One agent restarts itself, and nobody else", arguments: backends)
    func itself(_ backend: String) throws {
        let fleet = try makeFleet()
        let before = try invocations(fleet)
        try order(fleet, "a02", "restart a02 --stable-for 200ms", backend: backend)
        let path = transcriptPath(fleet)
        try eventually("its outcome", within: .seconds(60), state: TestProcess.contents(path)) {
            TestProcess.contents(path).contains("1 unit restarted")
        }
        #expect(try fleet.troubles() == [])
        let after = try invocations(fleet)
        #expect(zip(before, after).map { $0 == $1 } == [true, true, false, true])
        try expectGone(fleet)
    }

    @Test("A script that restarts itself in the foreground runs its trap, and is not killed", arguments: backends)
    func trap(_ backend: String) throws {
        let script = "trap 'echo yes >\"$1/$2.trapped\"; exit 0' TERM\n" + Self.agent
        let fleet = try RealFleet(agents: 2, script: script)
        try order(fleet, "a02", "restart a02 --stable-for 200ms", backend: backend)
        let path = transcriptPath(fleet)
        try eventually("its outcome", within: .seconds(60), state: TestProcess.contents(path)) {
            TestProcess.contents(path).contains("1 unit restarted")
        }
        #expect(TestProcess.contents("\(fleet.folder.path)/a02.trapped") == "yes\n")
        let journal = TestProcess.contents(path)
        #expect(!journal.contains("failed"), "\(journal)")
    }

    @Test("--no-detach refuses with the reason and status 64, and touches nothing", arguments: backends)
    func noDetach(_ backend: String) throws {
        let fleet = try makeFleet()
        let before = try invocations(fleet)
        let files = FolderListing(fleet.fleetPath)
        for (name, words) in [("a01", "restart"), ("a02", "restart a02")] {
            let place = try place(fleet, name)
            try order(fleet, name, words + " --no-detach 2>\"$1/said\"", backend: backend)
            let ends = "\(fleet.folder.path)/\(name).ends"
            try eventually("its end") { TestProcess.contents(ends).hasSuffix("\n") }
            #expect(TestProcess.contents(ends) == "status 64\n")
            let said = TestProcess.contents(fleet.folder.path + "/said")
            #expect(said.contains(place) && said.contains("--no-detach"), "\(said)")
            #expect(said.contains("hint: run it from outside the fleet"), "\(said)")
        }
        #expect(try fleet.troubles() == [])
        #expect(try invocations(fleet) == before)
        #expect(FolderListing(fleet.fleetPath) == files)
    }

    /// A window that somebody opened in the fleet's tmux server: no agent's, in the holder's cgroup or, with a newer tmux, in
    /// a scope of its own.
    @Test("A restart from an operator's own window outlives the window", arguments: backends)
    func ownWindow(_ backend: String) throws {
        let fleet = try makeFleet()
        let before = try invocations(fleet)
        let tmux = try TestProcess(
            [
                "/usr/bin/tmux", "-N", "-L", "mosaic-fleet", "new-session", "-d", "-s", "mine", "--", "/bin/sh",
                fleet.folder.path + "/agent.sh", fleet.folder.path, "mine",
            ], environment: fleet.environment)
        #expect(try tmux.wait() == .exit(0), "\(tmux.errors)")
        let panes = try TestProcess(
            [
                "/usr/bin/tmux", "-N", "-L", "mosaic-fleet", "list-panes", "-a", "-F", "#{session_name} #{pane_pid}",
            ], environment: fleet.environment)
        #expect(try panes.wait() == .exit(0), "\(panes.errors)")
        func isInScope(_ line: Substring) -> Bool {
            TestProcess.contents("/proc/\(line.split(separator: " ").last ?? "")/cgroup").contains("/tmux-spawn-")
        }
        let lines = panes.output.split(separator: "\n")
        let mine = try #require(lines.first { $0.hasPrefix("mine ") })
        // A newer tmux has systemd move each pane after its program has begun: the agents' are long where they belong.
        let hasScope = lines.contains { $0 != mine && isInScope($0) }
        try eventually("its window is where such windows are") { isInScope(mine) == hasScope }
        let owner = try idleOwner(fleet)
        try order(fleet, "mine", "restart --stable-for 200ms", backend: backend)
        let path = transcriptPath(fleet)
        try eventually("it waits for the lock", state: TestProcess.contents(path)) {
            TestProcess.contents(path).contains("waiting up to")
        }
        let shown = try screen(fleet, "mine")
        let place =
            hasScope ? "in a window of the fleet's tmux server" : "inside \(RealFleet.holder)"
        #expect(shown.contains("this command runs \(place)"), "\(shown)")
        let scopes = try fleet.systemctl("list-units", "--plain", "--no-legend", "mosaic-restart-*.scope")
        #expect(scopes.contains("mosaic-restart-"), "\(scopes)")
        owner.endInput()
        try eventually("its outcome", within: .seconds(60), state: TestProcess.contents(path)) {
            TestProcess.contents(path).contains("4 units restarted")
        }
        #expect(!TestProcess.contents(path).contains("not complete"))
        #expect(try fleet.troubles() == [])
        #expect(Set(before).isDisjoint(with: try invocations(fleet)))
        try expectGone(fleet)
    }

    /// The restart's own process and its scope.
    private func expectGone(_ fleet: RealFleet) throws {
        try eventually("its scope is gone") {
            try !fleet.systemctl("list-units", "--all", "--plain", "--no-legend", "mosaic-restart-*.scope")
                .contains("mosaic-restart-")
        }
        let run = FolderListing(fleet.fleetPath + "/run").entries.map(\.name)
        #expect(!run.contains("restart.lock"), "\(run)")
    }
}
