import Testing

@testable import FleetGuard
@testable import FleetKit

/// Numbers as no clock, file or person means them, but as they can stand in one.
@Suite("Numbers from outside")
struct WholeNumbersTests {
    static let doubles: [(Double, Int64)] = [
        (1.9, 1), (-1.9, -1), (.nan, 0), (.infinity, .max), (-.infinity, .min), (1e300, .max), (-1e300, .min),
        (9_223_372_036_854_775_808, .max), (-1e19, .min),
    ]

    @Test("A fraction, an infinity and what is no number become the nearest whole number", arguments: doubles)
    func clamping(_ value: Double, _ expected: Int64) {
        #expect(Int64(clamping: value) == expected)
        #expect(CInt(clamping: value) == CInt(clamping: expected))
        let duration = Duration.seconds(clamping: value)
        #expect(DurationText.human(duration).isEmpty == false)
    }

    static let longOnes: [Duration] = [
        .seconds(Int64.max), .seconds(Int64.min), .seconds(Int64.max) + .seconds(Int64.max), .milliseconds(Int64.max),
        .milliseconds(Int64.min), .microseconds(Int64.max), .nanoseconds(Int64.max), .nanoseconds(Int64.min),
    ]

    @Test("A duration of any length can be counted and shown", arguments: longOnes)
    func durations(_ duration: Duration) {
        let isLong = duration > .zero
        #expect(duration.wholeNanoseconds == (isLong ? .max : .min))
        #expect(isLong == (duration.wholeMilliseconds > 0))
        #expect(duration.inSeconds.isFinite)
        #expect(DurationText.canonical(duration).isEmpty == false)
        #expect(DurationText.human(duration).isEmpty == false)
    }

    @Test func commonOnesAreExact() {
        #expect(Duration.milliseconds(1500).wholeNanoseconds == 1_500_000_000)
        #expect(Duration.milliseconds(-1500).wholeMilliseconds == -1500)
        #expect(Duration.microseconds(1_999).wholeMilliseconds == 1)
        #expect(Duration.seconds(110_000 * 86_400).wholeMilliseconds == 9_504_000_000_000)
        #expect(Duration.seconds(clamping: 1.5) == .milliseconds(1500))
    }
}
