import FleetGuard
import FleetKit
import Synchronization

/// A clock that moves only when a test, or a sleeper, moves it.
///
/// Its hooks run on the sleeper's thread.
final class ManualTime: GuardTime, @unchecked Sendable {
    private let state = Mutex<(now: Duration, wall: Double)>((.seconds(1_000), 1_767_000_000))
    private var onSleep: [(Duration) -> Void] = []

    func now() -> Duration { state.withLock { $0.now } }
    func wallClock() -> Double { state.withLock { $0.wall } }
    func token() -> LockToken { LockToken.random() }

    func advance(by duration: Duration) { state.withLock { $0.now += duration } }
    func stepWallClock(by seconds: Double) { state.withLock { $0.wall += seconds } }

    func sleep(for duration: Duration) {
        advance(by: duration)
        let now = self.now()
        for hook in onSleep { hook(now) }
    }

    func forgetHooks() { onSleep = [] }

    /// Runs at every sleep, with the time after it.
    func whenSleeping(_ hook: @escaping (Duration) -> Void) { onSleep.append(hook) }
}
