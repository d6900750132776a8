internal import FleetGuard
internal import Glibc

/// The clocks. The guard measures on the monotonic one and is not moved by any of this; times of day in messages and in
/// the history are.
struct ClockCheck: HealthCheck {
    let name = "clock"
    /// Seconds between this machine's clock and the file system's that confuse whoever reads both.
    static let skewLimit = 2.0
    /// 2025-01-01: before this program was written.
    static let earliest = 1_735_689_600.0
    /// The file system's clock against this machine's; a test has its own.
    var skew: @Sendable (_ folder: String, _ wallClock: Double) throws(FleetError) -> Double =
        KernelLockProbe.clockSkew(in:wallClock:)

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let now = fleet.time.wallClock()
        guard now > Self.earliest else {
            return .warning(
                "the clock says \(Timestamp.rfc3339(now)): it was never set", advice: "timedatectl set-ntp true")
        }
        let folder = fleet.home.runDirectory
        if access(folder, F_OK) == 0 {
            let skew = try skew(folder, fleet.time.wallClock())
            guard abs(skew) < Self.skewLimit else {
                return .warning(
                    "the clock of the file system of \(Printable.oneLine(folder)) is \(Int(clamping: abs(skew))) s"
                        + (skew > 0 ? " ahead" : " behind"),
                    advice: "synchronise the file server's clock and this machine's")
            }
        }
        switch fleet.machine.isClockSynchronized() {
        case false?:
            return .warning(
                "nobody keeps the clock right: times in messages and in the history may be off; the lock is not touched",
                advice: "timedatectl set-ntp true")
        case true?: return .ok("synchronised")
        case nil: return .ok("set; whether it is kept right, the kernel does not say")
        }
    }
}
