import SystemPackage

@testable import FleetGuard
@testable import FleetKit

/// A watch that counts, tells when somebody waits in earnest, and has no safety net: a long wait becomes five seconds,
/// so that only the kernel can end it in time.
final class WatchedWatch: LockWatch {
    private let inner: any LockWatch
    private let waiting: Event
    let waits: Collected<Duration>

    init(_ inner: any LockWatch, waiting: Event, waits: Collected<Duration>) {
        self.inner = inner
        self.waiting = waiting
        self.waits = waits
    }

    func follow(_ file: LockFile) throws(Errno) { try inner.follow(file) }
    func close() { inner.close() }

    func wait(timeout: Duration) throws(Errno) {
        waits.append(timeout)
        guard timeout > .milliseconds(50) else { return try inner.wait(timeout: timeout) }
        waiting.happen()
        // Longer than a test waits for what the wait is for: only an event ends it in time, however busy the machine is.
        try inner.wait(timeout: .seconds(120))
    }
}

/// A watch of a simulated world: waiting moves the manual clock, and the test's hook acts meanwhile.
final class ManualWatch: LockWatch {
    let time: ManualTime
    var timeouts: [Duration] = []
    /// Runs in each wait; true = woken before the time was over.
    var onWait: () -> Bool

    init(_ time: ManualTime, onWait: @escaping () -> Bool = { false }) {
        self.time = time
        self.onWait = onWait
    }

    func follow(_ file: LockFile) {}
    func close() {}

    func wait(timeout: Duration) {
        timeouts.append(timeout)
        if !onWait() { time.advance(by: timeout) }
    }
}
