import FleetTestSupport
import Glibc
import Testing

/// `fleet-chaos` and `fleet-leaks`, as long as a test may take; `make soak` runs them for long.
@Suite("Chaos", .timeLimit(.minutes(5)))
struct ChaosTests {
    /// The seed is fixed, so that a failure can be looked at; other seeds are the soak's business.
    @Test("Two hundred kills at random moments break no promise", arguments: ["/tmp", "/dev/shm"])
    func kills(_ place: String) async throws {
        let chaos = try await Self.run("fleet-chaos", ["--kills", "200", "--seed", "20261124", "--place", place])
        #expect(chaos.end == .exit(0), "\(chaos.output)")
        #expect(chaos.output.contains("overlaps 0"))
        if place == "/dev/shm" { #expect(chaos.output.contains("(tmpfs)")) }
        print(chaos.output)
    }

    /// Where `flock` fails the path mutex is chosen without being asked for. A crash inside it costs five seconds, so
    /// four fleets share the kills, and mostly wait.
    @Test("Nor do they without flock")
    func killsWithoutFlock() async throws {
        try await withThrowingTaskGroup(of: (end: TestProcess.End, output: String).self) { group in
            for seed in 20_261_124..<20_261_128 {
                let words = ["--kills", "50", "--seed", "\(seed)", "--processes", "6"]
                let library = try BuiltProduct.path("libno-flock.so")
                group.addTask { try await Self.run("fleet-chaos", words + ["--preload", library]) }
            }
            for try await chaos in group {
                #expect(chaos.end == .exit(0), "\(chaos.output)")
                #expect(chaos.output.contains("overlaps 0") && chaos.output.contains("flock fails (preloaded)"))
                print(chaos.output)
            }
        }
    }

    /// Otherwise the test above could not fail.
    @Test("Without a guard between them the overlap is seen")
    func unguarded() async throws {
        let chaos = try await Self.run("fleet-chaos", ["--unguarded", "--rounds", "20"])
        #expect(chaos.end == .exit(1))
        #expect(chaos.output.contains("overlap of "))
        #expect(chaos.output.contains("replay: fleet-chaos --seed 1 --from "))
    }

    @Test("An interrupted chaos leaves no process and no file behind", arguments: [SIGINT, SIGTERM])
    func interrupted(_ signal: CInt) async throws {
        let folder = FakeDirectory()
        let place = folder.path
        try await onOwnThread {
            let chaos = try TestProcess(
                [try BuiltProduct.path("fleet-chaos"), "--kills", "100000", "--place", place], environment: [:])
            var children: [pid_t] = []
            try eventually("it has started processes") {
                children = ChildList(of: chaos.pid).pids
                return children.count > 1
            }
            chaos.signal(signal)
            #expect(try chaos.wait(within: .seconds(20)) == .exit(130))
            for child in children { #expect(kill(child, 0) == -1 && errno == ESRCH) }
        }
        #expect(FolderListing(folder.path).entries.isEmpty)
    }

    @Test("Restarts over D-Bus do not make the process grow")
    func leaks() async throws {
        let folder = FakeDirectory()
        let leaks = try await Self.run("fleet-leaks", ["300", folder.path])
        #expect(leaks.end == .exit(0), "\(leaks.output)")
        #expect(leaks.output.contains("growth: 0 descriptors"))
        print(leaks.output)
    }

    private static func run(_ name: String, _ words: [String]) async throws -> (end: TestProcess.End, output: String) {
        try await onOwnThread {
            let process = try TestProcess([try BuiltProduct.path(name)] + words, environment: ["PATH": "/usr/bin:/bin"])
            do {
                return (try process.wait(within: .seconds(280)), process.output)
            } catch {
                // It ends its own children only when it is asked to.
                process.signal(SIGTERM)
                try process.wait(within: .seconds(20))
                throw error
            }
        }
    }
}
