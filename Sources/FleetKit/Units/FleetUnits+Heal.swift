internal import FleetGuard

/// The timer that heals: only where `enable --heal` wrote it.
extension FleetUnits {
    static let healService = "mosaic-heal.service"
    static let healTimer = "mosaic-heal.timer"
    private static let intervalKey = "OnUnitInactiveSec="

    func healTexts(home: MosaicHome, every interval: Duration) -> [(name: String, text: String)] {
        let span = DurationText.canonical(interval)
        let options = scope == .system ? ["--system"] : []
        let line = ([mosaic, "fleet", "heal"] + options + ["--mosaic-home", home.path]).map(UnitText.quoted)
        let service = """
            # Starts what a restart owes, and restarts what failed: written by `mosaic fleet enable --heal`, removed by `disable`.
            [Unit]
            \(owner)Description=mosaic fleet: heal

            [Service]
            Type=oneshot
            ExecStart=\(line.joined(separator: " "))
            # Another restart is running; the timer tries again.
            SuccessExitStatus=75
            TimeoutStartSec=infinity

            """
        let timer = """
            # Heals the fleet every \(span): written by `mosaic fleet enable --heal \(span)`, removed by `disable`.
            [Unit]
            \(owner)Description=mosaic fleet: heal every \(span)

            [Timer]
            OnActiveSec=\(span)
            \(Self.intervalKey)\(span)
            AccuracySec=1s
            Unit=\(Self.healService)

            [Install]
            WantedBy=timers.target

            """
        return [(Self.healService, service), (Self.healTimer, timer)]
    }

    /// How often the timer of this text heals; nil where it does not say.
    static func healInterval(_ bytes: [UInt8]) -> Duration? {
        for line in String(decoding: bytes, as: UTF8.self).parts(at: "\n") {
            guard let span = line.after(intervalKey) else { continue }
            do throws(FleetError) { return try DurationText.parse(String(span)) } catch { return nil }
        }
        return nil
    }
}
