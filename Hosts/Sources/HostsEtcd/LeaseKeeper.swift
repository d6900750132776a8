internal import Synchronization

/// Keeps a lease alive in the background, and knows how long it lives at least.
///
/// Each renewal is a call of its own with a timeout. On one long stream the renewals of a lease that has expired go on, with
/// a time of 0 and without an error; here, too, a time of 0 is the end.
final class LeaseKeeper: Sendable {
    /// - Returns: the seconds that the lease has from now on; 0: it does not exist any more.
    typealias Renew = @Sendable (_ id: Int64, _ attempt: Int) async throws -> Int64

    let id: Int64
    private let state: Mutex<State>
    private let task: Mutex<Task<Void, Never>?>

    private struct State {
        var end: ContinuousClock.Instant
        var isLost = false
    }

    /// For clocks that run at slightly different speeds, and for what is under way.
    static let margin = Duration.seconds(2)

    /// What is believed of a lease at most: etcd's number goes into the arithmetic of clocks, which traps on overflow.
    private static let longest: Int64 = 3600

    /// - Parameter sent: when the lease was asked for; its time counts from there, which is never too late.
    init(id: Int64, seconds: Int64, sent: ContinuousClock.Instant, renew: @escaping Renew) {
        let seconds = min(seconds, Self.longest)
        self.id = id
        state = Mutex(State(end: sent + .seconds(seconds) - Self.margin))
        task = Mutex(nil)
        let task = Task.detached { [weak self] in
            var attempt = 0
            var pause = Duration.seconds(seconds) / 3
            while !Task.isCancelled {
                do { try await Task.sleep(for: pause) } catch { return }
                guard let keeper = self else { return }
                attempt += 1
                let sent = ContinuousClock.now
                do {
                    let seconds = min(try await renew(id, attempt), Self.longest)
                    guard keeper.renewed(sent: sent, seconds: seconds) else { return }
                    pause = .seconds(seconds) / 3
                } catch {
                    // The next endpoint; `left` tells for how long that can go on.
                    pause = .milliseconds(300)
                }
            }
        }
        self.task.withLock { $0 = task }
    }

    deinit { stop() }

    func stop() { task.withLock { $0?.cancel() } }

    /// - Returns: whether the lease is still there.
    func renewed(sent: ContinuousClock.Instant, seconds: Int64) -> Bool {
        state.withLock { state in
            guard seconds > 0, !state.isLost else {
                state.isLost = true
                return false
            }
            state.end = max(state.end, sent + .seconds(seconds) - Self.margin)
            return true
        }
    }

    /// nil: it is lost, or may be. The clock goes on while the machine sleeps.
    var left: Duration? {
        let (end, isLost) = state.withLock { ($0.end, $0.isLost) }
        let left = end - ContinuousClock.now
        return isLost || left <= .zero ? nil : left
    }
}
