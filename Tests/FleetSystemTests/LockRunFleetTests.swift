import FleetTestSupport
import Glibc
import Testing

/// `lock run` on real systemd and real tmux.
@Suite("lock run on a real fleet", .serialized, .timeLimit(.minutes(10)))
struct LockRunFleetTests {
    private static func words(_ fleet: RealFleet, _ backend: String, _ script: String) throws -> [String] {
        let mosaic = try BuiltProduct.path("mosaic")
        return [
            mosaic, "fleet", "lock", "run", "--backend", backend, "--", "/bin/sh", "-c",
            script.replacing("MOSAIC", with: "\(mosaic) fleet"),
        ]
    }

    /// Processes that have a file of the run directory open.
    private static func holders(of fleet: RealFleet) -> [String] {
        FolderListing("/proc", isDeep: false).entries.map(\.name).filter { name in
            guard pid_t(name) != nil else { return false }
            return FolderListing("/proc/\(name)/fd", isDeep: false).entries.contains { entry in
                var target = [CChar](repeating: 0, count: 4096)
                let count = readlink("/proc/\(name)/fd/\(entry.name)", &target, target.count)
                guard count > 0 else { return false }
                let path = String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
                return path.contains(fleet.fleetPath + "/run/")
            }
        }
    }

    @Test(
        "Nested restarts end with a healthy fleet, and nothing of it holds the lock", arguments: RealFleetTests.backends
    )
    func nested(_ backend: String) throws {
        let fleet = try RealFleet(agents: 5)
        let restart = "MOSAIC restart --stable-for 200ms --max-wait 5s --backend \(backend)"
        let run = try TestProcess(
            try Self.words(fleet, backend, "\(restart) a01 && \(restart) && \(restart)"),
            environment: fleet.environment)
        #expect(try run.wait(within: .seconds(60)) == .exit(0), "\(run.errors)")
        #expect(try fleet.troubles() == [])
        #expect(run.output.components("6 units restarted") == 2)
        #expect(Self.holders(of: fleet) == [])
    }

    /// In an agent's session: its own stop ends everything else on that terminal.
    @Test("Typed inside the fleet it moves out, and outlives the restart that it does")
    func inside() throws {
        let fleet = try RealFleet(agents: 3)
        let result = fleet.folder.path + "/result"
        let restart = "MOSAIC restart --stable-for 200ms > \(result).log 2>&1"
        let script = "MOSAIC lock run -- sh -c '\(restart); echo $? > \(result)'"
        let pane = script.replacing("MOSAIC", with: try BuiltProduct.path("mosaic") + " fleet")
        let tmux = try TestProcess(
            ["/usr/bin/tmux", "-N", "-L", "mosaic-fleet", "new-window", "-d", "-t", "=a01:", pane],
            environment: fleet.environment)
        #expect(try tmux.wait() == .exit(0), "\(tmux.errors)")
        let log = { TestProcess.contents(result + ".log") }
        try eventually("the restart inside the fleet is done", within: .seconds(60), state: log()) {
            log().contains("4 units restarted")
        }
        try eventually("the command goes on afterwards", state: log()) { TestProcess.contents(result) == "0\n" }
        try eventually("the lock is released") { access(fleet.fleetPath + "/run/restart.lock", F_OK) != 0 }
        #expect(try fleet.troubles() == [])
    }
}

extension String {
    /// How often the text is in it.
    fileprivate func components(_ text: String) -> Int { ranges(of: text).count }
}
