/// The guard's clocks. Decisions use `now` only, which no clock step, time zone or file server can move.
public protocol GuardTime: AnyObject {
    /// Monotonic, from an arbitrary start; does not advance in suspend (`CLOCK_MONOTONIC`).
    func now() -> Duration
    /// Wall-clock seconds since 1970, for the record's text and for `lock inspect`.
    func wallClock() -> Double
    /// Only for short steps where no event can wake us: the registry mutex, a burial, no inotify.
    func sleep(for duration: Duration)
    /// A fresh token.
    func token() -> LockToken
}
