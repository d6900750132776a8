internal import FleetGuard
internal import FleetKit

/// The blocks of `systemctl show` that tell how units were told to behave.
enum ShownSettings {
    static let properties = [
        "Id", "FragmentPath", "DropInPaths", "ExecMainStartTimestamp", "NeedDaemonReload", "Type", "KillMode",
        "Restart", "RestartUSec", "StartLimitIntervalUSec", "StartLimitBurst", "TimeoutStartUSec", "TimeoutStopUSec",
        "ExecStart", "Environment", "EnvironmentFiles",
    ]

    /// - Returns: nil when the text does not have a block for each unit.
    static func parse(_ text: String, asked: [UnitName]) -> [UnitSettings]? {
        let blocks = Systemctl.blocks(text)
        guard blocks.count == asked.count else { return nil }
        return zip(asked, blocks).map { settings(of: $0, $1) }
    }

    private static func settings(of name: UnitName, _ block: [Substring]) -> UnitSettings {
        var settings = UnitSettings(name: name)
        for line in block {
            guard let (name, text) = line.halves(at: "=") else { continue }
            let value = String(text)
            switch name {
            case "FragmentPath": settings.path = value
            case "DropInPaths": settings.dropIns = ShownUnit.words(value)
            case "ExecMainStartTimestamp": settings.mainStartedAt = Timestamp.microseconds(value) ?? 0
            case "NeedDaemonReload": settings.needsReload = value == "yes"
            case "Type": settings.type = value
            case "KillMode": settings.killMode = value
            case "Restart": settings.restart = value
            case "RestartUSec": settings.restartDelay = span(value)
            case "StartLimitIntervalUSec": settings.startLimitInterval = span(value)
            case "StartLimitBurst": settings.startLimitBurst = UInt32(value) ?? settings.startLimitBurst
            case "TimeoutStartUSec": settings.timeouts.start = timeout(value)
            case "TimeoutStopUSec": settings.timeouts.stop = timeout(value)
            case "ExecStart": settings.commands += command(value).map { [$0] } ?? []
            // A word with a blank or a quote in it is quoted: which quote ends where is not guessed.
            case "Environment":
                guard settings.environment != nil else { break }
                settings.environment =
                    value.unicodeScalars.contains { "\"'\\$".unicodeScalars.contains($0) }
                    ? nil : value.parts(at: " ").map(String.init)
            case "EnvironmentFiles":
                guard !value.isEmpty else { break }
                settings.environment = nil
                // `PATH (ignore_errors=no)`, a line for each.
                let path = value.before(" (ignore_errors=yes)") ?? value.before(" (ignore_errors=no)") ?? value[...]
                settings.environmentFiles.append(String(path))
            default: break
            }
        }
        return settings
    }

    /// `0` has no unit; `infinity` is the longest there is.
    private static func span(_ text: String) -> Duration {
        text == "0" ? .zero : TimeSpan.duration(text) ?? .microseconds(Int64.max)
    }

    private static func timeout(_ text: String) -> Duration? { text == "infinity" ? nil : span(text) }

    /// The words of `{ path=… ; argv[]=… ; ignore_errors=no ; … }`, as far as blanks tell them apart.
    private static func command(_ text: String) -> [String]? {
        guard let start = text.firstRange(of: "argv[]="),
            let end = text.ranges(of: " ; ignore_errors=").last, start.upperBound <= end.lowerBound
        else { return nil }
        return text[start.upperBound..<end.lowerBound].parts(at: " ").map(String.init)
    }
}
