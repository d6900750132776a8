import FleetTestSupport
import Testing

/// The plain lines that the dispatcher reads without the argument parser, as whole processes.
@Suite("Plain command lines", .timeLimit(.minutes(2)))
struct ShortCutSystemTests {
    @Test(
        "A plain line and the same line with an option's default say the same",
        arguments: [
            ["status", "--json"], ["status"], ["status", "-v"], ["lock", "inspect"], ["lock", "inspect", "--json"],
        ])
    func plain(_ words: [String]) throws {
        let fleet = try RealFleet(agents: 2)
        func run(_ more: [String]) throws -> (end: TestProcess.End, words: [String]) {
            let process = try TestProcess(
                [try BuiltProduct.path("mosaic"), "fleet"] + words + more, environment: fleet.environment)
            let end = try process.wait(within: .seconds(30))
            #expect(!process.output.isEmpty && !process.errors.contains("Fatal"))
            // Without what changes from one moment to the next: how long a unit is up, and the memory it uses.
            let calm = process.output.replacing(#/"memory[A-Za-z]*":[0-9]+/#, with: "")
            guard !words.contains("--json") else { return (end, [calm]) }
            return (end, calm.split(whereSeparator: \.isWhitespace).map(String.init).filter { !$0.hasSuffix("s") })
        }
        let plain = try run([])
        let long = try run(["--color", "auto"])
        #expect(plain.end == .exit(0) && long.end == .exit(0))
        #expect(plain.words == long.words)
    }
}
