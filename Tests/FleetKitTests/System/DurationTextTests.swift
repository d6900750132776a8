import FleetGuard
import FleetKit
import Testing

@Suite("Durations as text")
struct DurationTextTests {
    @Test(
        arguments: [
            ("0", 0), ("0s", 0), ("500ms", 500), ("30s", 30_000), ("10m", 600_000), ("1h30m", 5_400_000),
            ("1d", 86_400_000), ("1d2h3m4s5ms", 93_784_005), ("90m", 5_400_000),
        ] as [(String, Int64)])
    func parses(text: String, milliseconds: Int64) throws {
        #expect(try DurationText.parse(text) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "5", "s", "1.5s", "-1s", "+1s", "1 s", " 1s", "1s ", "1m1h", "1s1s", "1w", "1S", "1sm", "s1", "00", "1h 5m",
        "99999999999999999999s", "9223372036854775807s", "106751991167d24h", "１s", "1s\n", "1µs",
    ])
    func refuses(text: String) {
        let error = #expect(throws: FleetError.self) { try DurationText.parse(text) }
        #expect(error?.code == .usage)
        #expect(error?.message.contains("'\(Printable.oneLine(text))'") == true)
    }

    @Test func canonicalTextIsReadBackAsTheSame() throws {
        for milliseconds: Int64 in [0, 1, 999, 1000, 61_001, 5_400_000, 86_400_000, 93_784_005, .max / 4] {
            let duration = Duration.milliseconds(milliseconds)
            #expect(try DurationText.parse(DurationText.canonical(duration)) == duration)
        }
        #expect(DurationText.canonical(.milliseconds(5_400_000)) == "1h30m")
        #expect(DurationText.canonical(.zero) == "0")
    }

    @Test(
        arguments: [
            (0, "0ms"), (250, "250ms"), (999, "999ms"), (1000, "1s"), (1240, "1.2s"), (9960, "10s"), (12_345, "12s"),
            (59_600, "1m 00s"), (185_000, "3m 05s"), (7_800_000, "2h 10m"), (90_000_000, "1d 01h"),
        ] as [(Int64, String)])
    func readsWell(milliseconds: Int64, text: String) {
        #expect(DurationText.human(.milliseconds(milliseconds)) == text)
    }

    @Test func hugeAndNegativeDurationsDoNotTrap() {
        #expect(DurationText.human(.seconds(-5)) == "0ms")
        #expect(!DurationText.human(.seconds(Int64.max)).isEmpty)
        #expect(!DurationText.canonical(.seconds(Int64.max)).isEmpty)
    }
}
