import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// The programs of `Examples/`, which see nothing but what the libraries make public.
@Suite("Examples", .timeLimit(.minutes(5)))
struct ExamplesTests {
    @Test("Programs that guard their own section with FleetGuard never mix their steps")
    func guardedSection() throws {
        let home = try ScriptedHome()
        let programs = try (0..<4).map { _ in
            try TestProcess(
                [try BuiltProduct.path("guarded-section"), home.path + "/own", "5"], environment: home.environment)
        }
        for program in programs {
            #expect(try program.wait() == .exit(0), "\(program.output)")
            #expect(
                program.output.split(separator: "\n") == (1...5).map { "process \(program.pid) step \($0)" },
                "\(program.output)")
        }
        #expect(access(home.path + "/own/fleet/run/restart.lock", F_OK) != 0)
    }

    @Test("A program without the right to its home says why, with the system's own error number")
    func refused() throws {
        let home = try ScriptedHome()
        let file = home.path + "/file"
        try ScriptedHome.write("", to: file)
        let program = try TestProcess(
            [try BuiltProduct.path("guarded-section"), file], environment: home.environment)
        #expect(try program.wait() == .exit(1))
        #expect(program.output.contains("(unsafe-home, errno \(ENOTDIR))"), "\(program.output)")
    }

    @Test("A program restarts a real fleet with FleetKit over D-Bus")
    func restartFleet() throws {
        let fleet = try RealFleet(agents: 2)
        let before = try fleet.troubles()
        let program = try TestProcess(
            [try BuiltProduct.path("restart-fleet"), fleet.homePath], environment: fleet.environment)
        #expect(try program.wait() == .exit(0), "\(program.output)")
        #expect(program.output.contains("holder"), "\(program.output)")
        #expect(try (before, fleet.troubles()) == ([], []))
    }
}
