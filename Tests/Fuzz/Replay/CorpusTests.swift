internal import FleetTestSupport
internal import FoundationEssentials
internal import Glibc
import Testing

@testable internal import FleetGuard
@testable internal import FleetKit

/// What the fuzzer found worth keeping (Scripts/fuzz) goes through every decoder again.
@Suite(.timeLimit(.minutes(5))) struct CorpusTests {
    private static func corpus(_ target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let folder = try BuiltProduct.source("Tests/Corpus/\(target.name)")
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map {
            ($0, Array(try Data(contentsOf: URL(filePath: folder + "/" + $0))))
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
        let clock = ContinuousClock()
        var before = 0
        for round in 0..<4 {
            // The first round fills caches.
            if round == 1 { before = try Self.resident() }
            for input in inputs {
                let took = clock.measure {
                    do { try target.run(input.bytes) } catch { Issue.record("\(input.name): \(error)") }
                }
                #expect(took < .seconds(5), "\(input.name) took \(took)")
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
        let seed =
            ProcessInfo.processInfo.environment["MOSAIC_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1 ... .max)
        var random = SplitMix(seed)
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

    private static func damage(_ bytes: inout [UInt8], _ random: inout SplitMix) {
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

/// A generator whose runs can be repeated.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
