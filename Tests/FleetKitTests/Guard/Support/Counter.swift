import Synchronization

/// How many are at some place now, and the most that ever were.
final class Counter: Sendable {
    private let state = Mutex<(now: Int, highest: Int)>((0, 0))
    var highest: Int { state.withLock { $0.highest } }
    var now: Int { state.withLock { $0.now } }

    @discardableResult
    func add(_ change: Int) -> Int {
        state.withLock {
            $0.now += change
            $0.highest = max($0.highest, $0.now)
            return $0.now
        }
    }
}
