/// The time that a waiter has itself watched, look by look.
///
/// A waiter that was stopped, or not scheduled, has seen nothing meanwhile: such a gap is no evidence about the process
/// that is waited for, so it counts as `longestGap` at most.
package struct WatchedTime {
    /// The longest pause between two looks that a waiter which runs makes.
    package let longestGap: Duration
    private var last: Duration?
    package private(set) var total: Duration = .zero

    package init(longestGap: Duration) { self.longestGap = longestGap }

    /// - Parameter now: monotonic; the first look counts nothing.
    /// - Returns: what this look added.
    @discardableResult
    package mutating func look(_ now: Duration) -> Duration {
        defer { last = now }
        guard let last else { return .zero }
        let added = min(max(.zero, now - last), longestGap)
        total += added
        return added
    }
}
