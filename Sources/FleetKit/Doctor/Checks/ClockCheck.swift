internal import FleetGuard
internal import Glibc

/// The clocks. The guard measures on the monotonic one and is not moved by any of this; times of day in messages and in
/// the history are.
struct ClockCheck: HealthCheck {
    let name = "clock"
    /// Seconds between this machine's clock and the file system's from which on a warning is given.
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
                "clock not synchronised: timestamps may be wrong; the lock is unaffected",
                advice: "timedatectl set-ntp true")
        case true?: return .ok("synchronised")
        case nil: return .ok("set; the kernel does not report whether it is synchronised")
        }
    }
}
