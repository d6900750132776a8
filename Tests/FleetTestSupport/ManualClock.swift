internal import FleetKit
internal import Synchronization

/// Time that passes only when somebody sleeps, or when the test says so.
package final class ManualClock: OperationClock {
    private let state: Mutex<State>

    private struct State {
        var now: Duration
        var plans: [(at: Duration, body: @Sendable () -> Void)] = []
    }

    package init(now: Duration = .seconds(1_000)) { state = Mutex(State(now: now)) }

    package func now() -> Duration { state.withLock { $0.now } }

    package func sleep(for duration: Duration) { advance(by: duration) }

    /// Runs the body when that much time has passed from now, on the thread that makes it pass.
    package func plan(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.plans.append(($0.now + delay, body)) }
    }

    package func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let due = state.plans.filter { $0.at <= state.now }.sorted { $0.at < $1.at }
            state.plans.removeAll { $0.at <= state.now }
            return due
        }
        for plan in due { plan.body() }
    }
}
