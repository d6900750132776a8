package import FleetGuard
internal import Glibc

/// The way back to a station: frames on standard output, which never hold up what they tell of.
///
/// A station may be frozen, or its connection cut without a word. So nothing here waits, but for `flush` at the end: what
/// cannot be written now is kept up to a bound, beyond which progress is dropped.
package final class HostAnswer {
    private let descriptor: CInt
    /// A login shell may have printed something without a line's end.
    private var kept: [UInt8] = [UInt8(ascii: "\n")]
    private var written = 0
    /// Nobody reads any more.
    package private(set) var isGone = false

    private static let keptLimit = 1 << 20
    /// What poll(2) promises to take at once.
    private static let piece = 4096

    package init(descriptor: CInt = 1) { self.descriptor = descriptor }

    /// For what the station must get; kept whatever the bound.
    package func send(_ frame: HostFrame) throws(FleetError) {
        kept += Array(try frame.line().utf8)
        pump()
    }

    /// For what it can do without.
    package func tell(_ frame: HostFrame) throws(FleetError) {
        guard kept.count - written < Self.keptLimit else { return pump() }
        try send(frame)
    }

    package func pump() {
        while !isGone, written < kept.count {
            var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&polled, 1, 0) > 0 else { return }
            guard polled.revents & Int16(POLLERR | POLLNVAL) == 0 else {
                isGone = true
                return
            }
            guard polled.revents & Int16(POLLOUT) != 0 else { return }
            let end = min(kept.count, written + Self.piece)
            let count = kept[written..<end].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR || errno == EAGAIN { return }
            guard count > 0 else {
                isGone = true
                return
            }
            written += count
        }
        if written == kept.count {
            kept = []
            written = 0
        }
    }

    /// Waits until all of it is written, at most that long.
    package func flush(_ limit: Duration, clock: any OperationClock = SystemClock()) {
        let end = clock.now() + limit
        pump()
        while !isGone, written < kept.count, clock.now() < end {
            var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&polled, 1, 100)
            pump()
        }
    }
}
