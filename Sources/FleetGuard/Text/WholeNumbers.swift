// Numbers that came from outside (an option, a file, a clock, the terminal) brought into a range in which they can be
// counted with: Swift's own arithmetic and conversions trap, which ends the process in the middle of what it does.

extension Duration {
    /// Whole nanoseconds, for time stamps in files; the nearest one that an `Int64` holds, which is 292 years away.
    public var wholeNanoseconds: Int64 { whole(per: 1_000_000_000) }

    /// Whole milliseconds, rounded towards zero; bounded in the same way.
    public var wholeMilliseconds: Int64 { whole(per: 1000) }

    /// Milliseconds to wait, for poll(2): rounded up, or a wait of less than one of them would be a busy loop.
    public var pollMilliseconds: CInt { CInt(clamping: (bounded + .nanoseconds(999_999)).wholeMilliseconds) }

    private func whole(per second: Int64) -> Int64 {
        let seconds = bounded.components.seconds
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: second)
        let (sum, tooLong) = scaled.addingReportingOverflow(
            bounded.components.attoseconds / (1_000_000_000_000_000_000 / second))
        guard !overflow, !tooLong else { return seconds < 0 ? .min : .max }
        return sum
    }

    /// A duration holds more than its `components` can tell.
    private var bounded: Duration { min(max(self, Self.longest * -1), Self.longest) }
    private static let longest = Duration.seconds(Int64.max / 2)

    /// The nearest duration; zero if it is not a number.
    public static func seconds(clamping seconds: Double) -> Duration {
        .milliseconds(Int64(clamping: seconds * 1000))
    }

    /// Seconds with their fraction.
    public var inSeconds: Double {
        let (seconds, attoseconds) = bounded.components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}

extension FixedWidthInteger {
    /// The nearest whole number towards zero; zero if it is not a number.
    public init(clamping value: Double) {
        guard !value.isNaN else {
            self = 0
            return
        }
        self = Self(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
    }
}
