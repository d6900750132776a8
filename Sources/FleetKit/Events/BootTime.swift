internal import FleetGuard
internal import Glibc

/// Time since the machine's boot, also that of a suspend (`CLOCK_BOOTTIME`), with the boot that it belongs to: for what
/// is kept in files and must not move with the wall clock.
package struct BootTime: Sendable, Equatable {
    /// `/proc/sys/kernel/random/boot_id`.
    package var boot: String
    package var seconds: Int64

    /// nil where /proc does not say which boot this is.
    package static func now() -> BootTime? {
        guard let text = SmallFile.text("/proc/sys/kernel/random/boot_id", limit: 100) else { return nil }
        let boot = text.parts(at: "\n").first.map(String.init) ?? ""
        return BootTime(boot: boot, seconds: KernelClock.read(CLOCK_BOOTTIME).components.seconds)
    }

    /// Seconds that have passed since then; nil for another boot, and for a time that has not come yet.
    package func seconds(since earlier: BootTime) -> Int64? {
        guard boot.isExactly(earlier.boot) else { return nil }
        let (difference, overflow) = seconds.subtractingReportingOverflow(earlier.seconds)
        return overflow || difference < 0 ? nil : difference
    }
}
