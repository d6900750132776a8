/// Waits without the kernel's help, where it has no inotify instance left.
final class PollingWatch: LockStoreWatch {
    private let time: any GuardTime
    private static let step: Duration = .milliseconds(100)

    init(_ time: any GuardTime) { self.time = time }

    func wait(after observation: LockObservation, timeout: Duration) { time.sleep(for: min(timeout, Self.step)) }

    /// The next look decides how long it waits, and its looks are far apart.
    func rest() {}

    func close() {}
}
