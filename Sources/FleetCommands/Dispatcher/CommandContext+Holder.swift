internal import FleetGuard
internal import FleetKit

extension CommandContext {
    /// Where the holder's manager stands, asked once; nil when there is none and the command can do without.
    /// - Throws: `.unsafeHome` where the fleet's units belong to another mosaic home; `.noServiceManager`.
    func footingOfHolder(needsManager: Bool) throws(FleetError) -> ManagerFooting? {
        do throws(FleetError) {
            let roster = try roster()
            // All agents are instances of one template: one of them stands for all.
            let units = [roster.holder.unit] + roster.agents.prefix(1).map(\.unit)
            let footing = try manager().footing(of: units)
            try footing.checkUnits(belongTo: home)
            return footing
        } catch {
            guard !needsManager, error.code == .noServiceManager || error.code == .noSuchUnit else { throw error }
            return nil
        }
    }

    /// The lock that keeps other mosaic homes away from this holder.
    ///
    /// - Parameter footing: nil: without a manager nothing of the holder can be reached either.
    /// - Throws: `.unsafeHome`, naming both homes, where another home has it.
    func takeHolder(
        _ footing: ManagerFooting?, _ store: any LockStore, under lock: HeldLock, grace: Duration
    ) throws(FleetError) -> HolderLock? {
        guard let footing, let holder = footing.units.first?.id else { return nil }
        guard let directory = footing.runtimeDirectory else {
            output.warning(
                "the service manager does not report its runtime directory: other mosaic homes are not locked out")
            return nil
        }
        guard let place = try home.place() else {
            throw FleetError(
                .io, "the mosaic home \(Printable.oneLine(home.path)) was removed while its lock was held",
                hint: "run the command again")
        }
        return try HolderGuard(
            holder: holder, directory: directory, home: home.path, place: place, store: store, time: time,
            processes: processes, interruption: { self.signals.interruption() }, warn: { self.output.warning($0) }
        ).take(under: lock, grace: grace)
    }
}
