/// How long the service manager lets one unit take.
public struct UnitTimeouts: Sendable, Equatable {
    /// `TimeoutStartSec=`; nil: `infinity`.
    public var start: Duration?
    /// `TimeoutStopSec=`; nil: `infinity`.
    public var stop: Duration?

    /// systemd's own defaults.
    public init(start: Duration? = .seconds(90), stop: Duration? = .seconds(90)) {
        self.start = start
        self.stop = stop
    }
}
