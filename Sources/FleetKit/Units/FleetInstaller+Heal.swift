package import FleetGuard

extension FleetInstaller {
    package static let healTimer = FleetUnits.healTimer
    /// More often than this, each heal would find the last one's agents still coming up.
    package static let shortestHeal = Duration.seconds(10)

    /// How often the fleet is healed; nil where no timer does. Only reads one file.
    /// - Throws: `.io`, `.unsafeHome` where the folder of the units cannot be known.
    package static func healInterval(
        scope: ManagerScope, environment: [String: String]
    ) throws(FleetError) -> Duration? {
        let folder = try ConfigFolder.open(scope.unitFolder(environment: environment), create: false)
        guard case .file(let bytes)? = try folder?.read(FleetUnits.healTimer) else { return nil }
        return FleetUnits.healInterval(bytes)
    }

    /// Writes the timer and its service. The caller has systemd read and start them.
    /// - Throws: `.unsafeHome` where the fleet's units belong to another home; `.io`; `.badRoster`.
    package func installHeal(every interval: Duration) throws(FleetError) -> [Change] {
        let roster = try roster().roster
        _ = try survey(roster)
        guard let folder = try ConfigFolder.open(unitFolder, create: true) else { return [] }
        return try putHeal(roster, every: interval, into: folder)
    }

    /// The timer of an earlier `enable --heal`, with this program's path and this home.
    func renewHeal(_ roster: Roster, _ folder: ConfigFolder) throws(FleetError) -> [Change] {
        guard case .file(let bytes) = try folder.read(FleetUnits.healTimer),
            GeneratedText.authorship(of: bytes) == .own, let interval = FleetUnits.healInterval(bytes)
        else { return [] }
        return try putHeal(roster, every: interval, into: folder)
    }

    private func putHeal(
        _ roster: Roster, every interval: Duration, into folder: ConfigFolder
    ) throws(FleetError) -> [Change] {
        try units(of: roster).healTexts(home: home, every: interval).map { name, text throws(FleetError) in
            try put(UnitFile(name: name, text: text), into: folder)
        }
    }

    /// - Returns: the files that were removed, or left alone because they were changed outside mosaic.
    package func removeHeal() throws(FleetError) -> [Change] {
        guard let folder = try ConfigFolder.open(unitFolder, create: false) else { return [] }
        return try [FleetUnits.healTimer, FleetUnits.healService].map { name throws(FleetError) in
            try removeOwn(name, from: folder)
        }.compactMap(\.self)
    }
}
