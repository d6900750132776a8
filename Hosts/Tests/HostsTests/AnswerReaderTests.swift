import FleetGuard
import FleetKit
import HostsKit
import Testing

/// Everything that a host says is a stranger's.
@Suite("A host's answer") struct AnswerReaderTests {
    private static let hello =
        #"#mosaic-host# {"kind":"hello","protocol":1,"version":"0.1.0","identity":"ab-1"}"# + "\n"
    private static let bye = #"#mosaic-host# {"kind":"bye"}"# + "\n"

    @Test("It is read in any pieces, behind a noisy shell", arguments: [1, 2, 7, 64, 4096])
    func pieces(_ size: Int) {
        let bytes = Array(("Welcome!\n\u{1B}[31mmotd\n" + Self.hello + Self.bye).utf8)
        var reader = AnswerReader()
        var kinds: [HostFrame.Kind] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            kinds += reader.add(bytes[start..<min(bytes.count, start + size)]).map(\.kind)
        }
        #expect(kinds == [.hello, .bye])
        #expect(reader.isComplete && reader.problem == nil)
        #expect(reader.lastNoise == "\\u{1b}[31mmotd")
    }

    @Test(
        "What is no answer ends the call",
        arguments: [
            ("#mosaic-host# {\"kind\":\"bye\"}\n", "does not begin with a hello"),
            ("#mosaic-host# {\"kind\":\n", "hello cannot be read"),
            ("#mosaic-host# []\n", "hello cannot be read"),
            (hello + "\u{1B}]0;title\u{7}\n", "answer cannot be read: \\u{1b}]0;title\\u{7}"),
            (hello + "#mosaic-host# {\"kind\":\"dance\"}\n", "answer cannot be read"),
            (String(repeating: "noise\n", count: 20_000), "KiB before its answer"),
            (String(repeating: "x", count: 100_000), "a line that never ends"),
            (hello + String(repeating: "x", count: (8 << 20) + 1), "a line that never ends"),
        ])
    func garbage(_ text: String, _ words: String) {
        var reader = AnswerReader()
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: 65536) {
            _ = reader.add(bytes[start..<min(bytes.count, start + 65536)])
        }
        #expect(reader.problem?.contains(words) == true, "\(reader.problem ?? "none")")
        #expect(!reader.isComplete)
    }

    @Test("An endless stream of good frames is bounded") func flood() {
        var reader = AnswerReader()
        _ = reader.add(Array(Self.hello.utf8))
        let line = Array(
            (#"#mosaic-host# {"kind":"progress","text":"\#(String(repeating: "x", count: 60_000))"}"# + "\n").utf8)
        var fed = 0
        while reader.problem == nil, fed < 200 << 20 {
            _ = reader.add(line)
            fed += line.count
        }
        #expect(reader.problem?.contains("64 MiB") == true)
    }

    /// Bytes that no test thought of: damaged answers, with every run the same.
    @Test("Damage never traps, and keeps every bound", arguments: 0..<40)
    func damage(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        var bytes = Array(
            (Self.hello + #"#mosaic-host# {"kind":"state","state":"ended","status":75}"# + "\n" + Self.bye).utf8)
        for _ in 0..<200 {
            var copy = bytes
            for _ in 0..<(1 + Int(random.next() % 6)) {
                let place = Int(random.next() % UInt64(max(1, copy.count)))
                switch random.next() % 4 {
                case 0: if place < copy.count { copy[place] = UInt8(truncatingIfNeeded: random.next()) }
                case 1: if place < copy.count { copy.remove(at: place) }
                case 2: copy.insert(UInt8(truncatingIfNeeded: random.next()), at: min(place, copy.count))
                default: copy += copy.prefix(place)
                }
                if copy.count > 1 << 16 { copy.removeLast(copy.count - (1 << 16)) }
            }
            var reader = AnswerReader()
            var greeted = false
            for frame in reader.add(copy) {
                #expect(greeted || frame.kind == .hello || frame.kind == .refused)
                if frame.kind == .hello { greeted = true }
            }
            if let problem = reader.problem {
                #expect(problem.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
                #expect(problem.unicodeScalars.count < 1200)
            }
            if random.next() % 8 == 0 { bytes = copy }
        }
    }
}

struct SplitMix {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
