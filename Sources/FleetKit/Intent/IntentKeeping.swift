public import FleetGuard

/// Where intents are kept, across processes and their crashes.
public protocol IntentKeeping: AnyObject {
    /// - Throws: `.unsafeHome`, `.io`.
    func read() throws(FleetError) -> Intents

    /// On return, it is in the file whole; after a throw, nothing of it counts.
    /// - Throws: `.unsafeHome`, `.io`.
    func add(_ change: IntentChange) throws(FleetError)

    /// Drops what later lines made void. Only for the lock's owner.
    /// - Throws: `.unsafeHome`, `.io`.
    func tidy() throws(FleetError)

    /// Of these units that are down, those that went with their holder when it died.
    /// - Throws: `.unsafeHome`, `.io`.
    func lost(among units: [UnitName]) throws(FleetError) -> Set<UnitName>

    /// Of these units, those whose last run was asked to end, by `systemctl stop`, too.
    /// - Throws: `.unsafeHome`, `.io`.
    func askedToEnd(among states: [UnitState]) throws(FleetError) -> Set<UnitName>
}

extension IntentKeeping {
    /// Default: none, for keepers without a run directory.
    public func lost(among units: [UnitName]) throws(FleetError) -> Set<UnitName> { [] }
    /// Default: none, for keepers without a run directory.
    public func askedToEnd(among states: [UnitState]) throws(FleetError) -> Set<UnitName> { [] }
}

/// For callers without a mosaic home, and for tests.
public final class RememberedIntents: IntentKeeping {
    private var intents = Intents()

    /// Begins without any intent.
    public init() {}
    /// Everything added so far; never throws.
    public func read() -> Intents { intents }
    /// Kept in memory only: other processes never see it.
    public func add(_ change: IntentChange) { intents.apply(change) }
    /// Does nothing, since void changes are never stored.
    public func tidy() {}
}
