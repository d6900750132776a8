internal import FleetGuard

/// The units that tell of events: only where the roster has `[events]`.
///
/// The events of a unit are in a drop-in of their own: adding or removing it makes no running agent outdated, since
/// systemd takes it from the next daemon-reload on, also for what runs.
extension FleetUnits {
    static let eventTemplate = "mosaic-event@.service"
    static let eventPath = "mosaic-event.path"
    static let eventDropIn = "20-mosaic-events.conf"
    /// The instance of `eventTemplate` that runs the command.
    static let deliveryInstance = "deliver"

    static func eventFiles(holder: UnitName) -> [(folder: String?, name: String)] {
        [
            (nil, eventTemplate), (nil, eventPath), ("\(holder).d", eventDropIn), ("\(template).d", eventDropIn),
        ]
    }

    /// By path, as systemd names it.
    static func isEventDropIn(_ path: String) -> Bool { path.ends(with: "/" + eventDropIn) }

    func eventTexts(home: MosaicHome) -> [(folder: String?, name: String, text: String)] {
        let texts = [eventTemplateText(home), eventPathText(home), dropInText(home), dropInText(home)]
        return zip(Self.eventFiles(holder: holder), texts).map { ($0.folder, $0.name, $1) }
    }

    private func eventTemplateText(_ home: MosaicHome) -> String {
        """
        # Delivers events: %i is a unit that failed, or '\(Self.deliveryInstance)', which runs the command of [events] in the roster.
        [Unit]
        \(owner)Description=mosaic fleet: events (%i)
        CollectMode=inactive-or-failed

        [Service]
        Type=oneshot
        ExecStart=\(eventLine(home, "%i"))
        # Each command has its own time, and nothing that one leaves behind outlives this unit.
        TimeoutStartSec=infinity
        TimeoutStopSec=5
        KillMode=control-group

        """
    }

    private func eventPathText(_ home: MosaicHome) -> String {
        """
        # Starts the event command when there are events to deliver.
        [Unit]
        \(owner)Description=mosaic fleet: waits for events

        [Path]
        DirectoryNotEmpty=\(UnitText.plain(EventFolder(home: home).queuePath))
        Unit=\(Self.eventTemplate.replacing("@.", with: "@\(Self.deliveryInstance)."))

        """
    }

    /// For the holder and for the agents' template.
    private func dropInText(_ home: MosaicHome) -> String {
        """
        # Reports this unit's events, because the roster has [events].
        [Unit]
        \(owner)Wants=\(Self.eventPath)
        OnFailure=\(Self.eventTemplate.replacing("@.", with: "@%n."))

        [Service]
        # At the end of each run; does nothing after a success. OnFailure= does not cover a run that Restart= repeats.
        ExecStopPost=-\(eventLine(home, "%n"))

        """
    }

    private func eventLine(_ home: MosaicHome, _ instance: String) -> String {
        let options = scope == .system ? ["--system"] : []
        let words = [mosaic, "fleet", "event"] + options + ["--mosaic-home", home.path]
        return (words.map(UnitText.quoted) + ["--", instance]).joined(separator: " ")
    }
}
