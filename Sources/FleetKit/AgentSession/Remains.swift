internal import CLinux
internal import FleetGuard
internal import Glibc

/// What an agent left in its unit: each process is sent SIGTERM once, or SIGHUP where it ignores that, and
/// then waited for, through pidfds.
struct Remains {
    private var waited: [Int32: CInt] = [:]
    private(set) var hasBegun = false

    var descriptors: [CInt] { Array(waited.values) }

    /// Looks again at what is there. A process that begins later is some other's clean-up program and gets no signal,
    /// unless the one that began it is gone.
    ///
    /// - Parameter processes: of the unit now, without those that are not the agent's.
    mutating func update(_ processes: [Int32]) {
        let isFirst = !hasBegun
        hasBegun = true
        for (process, descriptor) in waited where !processes.contains(process) || Self.isReadable(descriptor) {
            close(descriptor)
            waited[process] = nil
        }
        for process in processes where waited[process] == nil {
            let descriptor = fleet_pidfd_open(process)
            // It has ended meanwhile.
            guard descriptor >= 0 else { continue }
            waited[process] = descriptor
            let parent = ProcessStat.read(process)?.parent
            if isFirst || !processes.contains(parent ?? 0) {
                // An interactive shell ignores SIGTERM, as in `sh -c 'cd x && bash'`.
                let ignores = SignalDisposition.read(process)?.ignores(SIGTERM) ?? false
                _ = fleet_pidfd_send_signal(descriptor, ignores ? SIGHUP : SIGTERM)
                _ = fleet_pidfd_send_signal(descriptor, SIGCONT)
            }
        }
    }

    mutating func reset() {
        for descriptor in waited.values { close(descriptor) }
        self = Remains()
    }

    private static func isReadable(_ descriptor: CInt) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, 0) > 0
    }
}
