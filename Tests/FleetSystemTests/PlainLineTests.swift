import FleetTestSupport
import Testing

@Suite("Plain command lines", .timeLimit(.minutes(10)))
struct PlainLineTests {
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
            return (end, Self.calm(process.output).split(whereSeparator: \.isWhitespace).map(String.init))
        }
        let plain = try run([])
        let long = try run(["--color", "auto"])
        #expect(plain.end == .exit(0) && long.end == .exit(0))
        #expect(plain.words == long.words)
    }

    /// Without what changes from one moment to the next: how long a unit is up, and the memory it uses.
    private static func calm(_ text: String) -> String {
        text.replacing(#/"memory[A-Za-z]*":[0-9]+/#, with: "").replacing(
            #/\b[0-9]+(\.[0-9]+)?(ms|s|m|h|d)([0-9]+s)?\b/#, with: "DUR")
    }

    @Test("only durations are taken out before the comparison")
    func calmText() {
        #expect(
            Self.calm("a1 up 12s, 3 agents, 1m30s 250ms; status class") == "a1 up DUR, 3 agents, DUR DUR; status class")
    }
}
