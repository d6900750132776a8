import Testing

@testable import FleetCommands
@testable import FleetGuard
@testable import FleetKit

/// What is printed of numbers that only a damaged file, a foreign program or a stepped clock can hold.
struct HugeNumbersTests {
    @Test(
        "A wait of any length that can be typed has a countdown",
        arguments: ["110000d", "106751991167d7h12m55s807ms", "9223372036854775807ms"])
    func countdown(_ text: String) throws {
        let status = try LockWaitFrameTests.status { $0.policy.maxWait = try? DurationText.parse(text) }
        try #require(status.policy.maxWait != nil)
        let lines = LockWaitFrameTests.text(status)
        #expect(lines.last?.hasPrefix("  takes over in ") == true, "\(lines)")
        #expect(GuardVoice.waiting(status).hasPrefix("waiting up to "))
    }

    @Test(
        "Any progress has a bar",
        arguments: [(.max, 1), (.min, 1), (1, .max), (.max, .max), (-5, 20), (30, 20)] as [(Int, Int)])
    func progress(_ done: Int, _ total: Int) throws {
        let status = try LockWaitFrameTests.status { status in
            guard case .record(var text) = status.observation.content else { return }
            text.events = [ProgressEvent(phase: "start", done: done, total: total)]
            status.observation.content = .record(text)
        }
        let lines = LockWaitFrameTests.text(status)
        #expect(lines.contains { $0.contains("start \(done)/\(total)") && $0.hasSuffix("]") }, "\(lines)")
    }

    @Test("Any time has a date", arguments: [.nan, .infinity, -.infinity, 1e300, -1e300, 6.8e16, -6.8e16] as [Double])
    func dates(_ seconds: Double) {
        #expect(LocalTime.ofDayWithDate(seconds).split(separator: " ").count == 2)
        #expect(LocalTime.ofDay(seconds).split(separator: ":").count == 3)
    }

    @Test("Any memory has a size", arguments: [0, 1023, 1024, UInt64.max - 1])
    func sizes(_ bytes: UInt64) { #expect(!ByteText.human(bytes).isEmpty) }
}
