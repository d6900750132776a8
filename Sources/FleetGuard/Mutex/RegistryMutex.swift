/// Short mutual exclusion around every transition of the lock, never held across a restart.
///
/// Two kinds serve one protocol: `KernelMutex` where the file system has `flock`, `PathMutex` where it has not.
protocol RegistryMutex: AnyObject {
    var mode: LockRecord.Mode { get }

    /// Returns once this process, and no other, is inside.
    /// - Parameter isWanted: called after each step of waiting; if it returns false, the wait is given up.
    /// - Returns: false when it was given up.
    /// - Throws: `.io` when the file system refuses, when the mutex is of the other kind, or when it is held by a
    ///   frozen process that cannot be proved to be ours; what `isWanted` threw.
    func enter(while isWanted: () throws(FleetError) -> Bool) throws(FleetError) -> Bool

    /// Lets the next one in. Safe to call when `enter` threw.
    func leave()
}

extension RegistryMutex {
    func enter() throws(FleetError) { _ = try enter { true } }

    /// Runs `body` inside.
    func inside<Value>(_ body: () throws(FleetError) -> Value) throws(FleetError) -> Value {
        try enter()
        defer { leave() }
        return try body()
    }

    /// Runs `body` inside, unless the wait for that was given up: then nil.
    func inside<Value>(
        while isWanted: () throws(FleetError) -> Bool, _ body: () throws(FleetError) -> Value?
    ) throws(FleetError) -> Value? {
        guard try enter(while: isWanted) else { return nil }
        defer { leave() }
        return try body()
    }
}

/// How long the mutex is waited for. All on the waiter's own monotonic clock.
package struct MutexPatience: Sendable {
    /// A holder that stays for this long is examined: transitions take microseconds. It is killed only if it is
    /// stopped; a slow one is waited for.
    var frozenAfter: Duration = .seconds(5)
    /// After this much waiting for one living holder the waiter gives up. The holder is left alone.
    var givesUpAfter: Duration = .seconds(60)
    /// What a pause between two looks counts at most: a waiter looks every few milliseconds.
    var longestGap: Duration = .milliseconds(500)
    /// The first step of waiting; each further step doubles up to `longestStep`.
    var firstStep: Duration = .microseconds(50)
    var longestStep: Duration = .milliseconds(2)

    package init(
        frozenAfter: Duration = .seconds(5), longestStep: Duration = .milliseconds(2),
        longestGap: Duration = .milliseconds(500), givesUpAfter: Duration = .seconds(60)
    ) {
        self.frozenAfter = frozenAfter
        self.longestStep = longestStep
        self.longestGap = longestGap
        self.givesUpAfter = givesUpAfter
    }

    static func slow(path: String, holder pid: Int32, after: Duration) -> FleetError {
        FleetError(
            .io, "\(path) has been held for \(after) by process \(pid), which is slow but not stopped",
            hint: "look for a slow or full file system (ps -o pid,stat,wchan,cmd -p \(pid)), then run the command again"
        )
    }
}

/// Grows the steps of a wait, so that a short one costs microseconds and a long one no processor.
struct Backoff {
    private var step: Duration
    private let longest: Duration

    init(_ patience: MutexPatience) {
        step = patience.firstStep
        longest = patience.longestStep
    }

    /// The steps do not grow any more.
    var isLong: Bool { step >= longest }

    mutating func next() -> Duration {
        defer { step = min(step * 2, longest) }
        return step
    }
}
