internal import FleetTestSupport
internal import FoundationEssentials
internal import Glibc
import Testing

@testable internal import FleetGuard
@testable internal import FleetKit

/// What the fuzzer found worth keeping (Scripts/fuzz) goes through every decoder again.
@Suite(.timeLimit(.minutes(5))) struct CorpusTests {
    /// One input on each line, as base64.
    private static func corpus(_ target: FuzzTarget) throws -> [(line: Int, bytes: [UInt8])] {
        let text = TestProcess.contents(try BuiltProduct.source("Tests/Corpus/\(target.name)"))
        return try text.split(separator: "\n").enumerated().map { index, line in
            let data = try #require(Data(base64Encoded: String(line)), "Tests/Corpus/\(target.name):\(index + 1)")
            return (index + 1, Array(data))
        }
    }

    /// Megabytes that the process holds now.
    private static func resident() throws -> Int {
        let words = TestProcess.contents("/proc/self/statm").split(separator: " ")
        return try #require(words.count > 1 ? Int(words[1]) : nil) * Int(getpagesize()) >> 20
    }

    @Test(arguments: FuzzTarget.all) func `The corpus keeps every promise, in time, without growth`(
        _ target: FuzzTarget
    )
        throws
    {
        let inputs = try Self.corpus(target)
        try #require(!inputs.isEmpty, "Tests/Corpus/\(target.name) is empty: run Scripts/fuzz \(target.name)")
        var before = 0
        for round in 0..<4 {
            // The first round fills caches.
            if round == 1 { before = try Self.resident() }
            for input in inputs {
                let took = ProcessorTime.measure {
                    do { try target.run(input.bytes) } catch { Issue.record("line \(input.line): \(error)") }
                }
                #expect(took < .seconds(5), "line \(input.line) took \(took)")
            }
        }
        // Other suites run beside this one, so the bound is wide; a leak of whole inputs or of quadratic paths is wider.
        #expect(try Self.resident() - before < 256, "megabytes grown")
    }

    /// Each of these ended the process: the TOML library asserts on them. The fuzzer drops an input from its corpus that
    /// reaches no code of its own any more, so they stand here.
    @Test(arguments: [
        "[?uard]\nx = 1\n", "S[agent]]\n", "[]\n", "[a.]\n", "[\u{E9}]\n", "\u{E9} = 1\n", "a = 1979-13-45\n",
    ])
    func `What once aborted is an error with its place`(_ text: String) throws {
        try FuzzTarget.roster(Array(text.utf8))
        #expect(throws: FleetError.self) { try RosterDecoder.decode(Array(text.utf8), file: "roster.toml") }
    }

    /// Random damage to what the fuzzer kept: cuts, repeats, changed bytes. No coverage guides this one.
    @Test(arguments: FuzzTarget.all) func `Damaged inputs keep every promise`(_ target: FuzzTarget) throws {
        let inputs = try Self.corpus(target).map(\.bytes).filter { !$0.isEmpty }
        try #require(!inputs.isEmpty)
        // Fixed, so that the same commit has the same answer; other seeds are for `make soak`.
        let seed = ProcessInfo.processInfo.environment["MOSAIC_SEED"].flatMap { UInt64($0) } ?? 20_261_128
        var random = SeededRandom(seed: seed)
        for number in 0..<2000 {
            var bytes = inputs[Int.random(in: 0..<inputs.count, using: &random)]
            for _ in 0...Int.random(in: 0..<4, using: &random) { Self.damage(&bytes, &random) }
            do {
                try target.run(bytes)
            } catch {
                Issue.record("MOSAIC_SEED=\(seed), number \(number), \(Data(bytes).base64EncodedString()): \(error)")
                return
            }
        }
        print("mutations: \(target), 2000 inputs, MOSAIC_SEED=\(seed)")
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard !bytes.isEmpty, bytes.count < 1 << 16 else { return }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...16, using: &random)))
        case 3: bytes.insert(contentsOf: bytes[place...].prefix(64), at: place)
        default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        }
    }
}
