import FleetGuard
import FleetKit
import Testing

@Suite("Activity: the unit's status text")
struct ActivityTests {
    @Test("Every activity is read back as it was written", arguments: [Activity.State.busy, .waiting, .idle])
    func roundTrip(_ state: Activity.State) throws {
        for note in [nil, "tests", "a: b since c", "naïve — café", String(repeating: "x", count: 200)] {
            for isGuess in [false, true] {
                let activity = try Activity(state, since: 1_767_323_045, note: note, isGuess: isGuess)
                let text = try #require(activity.statusText)
                #expect(Activity(statusText: text) == activity)
                #expect(!text.utf8.contains(0x0A))
            }
        }
        let plain = try Activity(state, since: 1_767_323_045)
        #expect(plain.statusText == "\(state.rawValue) since 2026-01-02T03:04:05Z")
    }

    @Test(
        "Any other text is unknown, never idle",
        arguments: [
            "", "idle", "idle since", "idle since now", "Idle since 2026-01-02T03:04:05Z",
            "idle since 2026-01-02T03:04:05",
            "idle since 2026-01-02T03:04:05Zx", "idle since 2026-01-02T03:04:05Z:", "idle since 2026-13-02T03:04:05Z",
            "idle since 2026-02-31T03:04:05Z", "idle since 2026-1-2T3:4:5Z", "idle  since 2026-01-02T03:04:05Z",
            "idle (guess)since 2026-01-02T03:04:05Z", "idle since 2026-01-02T03:04:05Z: a\nSTATUS=b",
            "idle since 2026-01-02T03:04:05Z: \u{1b}[2J", "unknown since 2026-01-02T03:04:05Z",
            "session 'a' runs process 5", "idle\u{37e} since 2026-01-02T03:04:05Z", " idle since 2026-01-02T03:04:05Z",
        ])
    func foreign(_ text: String) {
        #expect(Activity(statusText: text) == .unknown)
        #expect(!Activity(statusText: text).state.isFree)
    }

    @Test(
        "A note with a line end, a control character or too many bytes is refused",
        arguments: [
            "a\nb", "a\rb", "a\u{0}b", "a\u{1b}b", "a\u{85}b", "a\u{2028}b", "a\u{202e}b",
            String(repeating: "é", count: 101),
        ])
    func badNote(_ note: String) {
        #expect(throws: FleetError.self) { try Activity(.busy, since: 0, note: note) }
    }

    @Test("A time beyond all calendars has no text and does not trap", arguments: [Int64.max, .min, 253_402_300_800])
    func farTimes(_ seconds: Int64) throws {
        #expect(try Activity(.busy, since: seconds).statusText == nil)
    }
}
