internal import FleetGuard

/// What crashes left in the run directory.
struct LeftoversCheck: HealthCheck {
    let name = "leftovers"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let (home, time, processes) = (fleet.home, fleet.time, fleet.processes)
        guard let store = try FileLockStore.openForReading(home: home.path, time: time, processes: processes) else {
            return .ok("none: there is no run directory yet")
        }
        let run = Printable.oneLine(home.runDirectory)
        let left = try store.abandonedStagingFiles()
        if !left.isEmpty {
            let mutex = fleet.mutexChoice
            return .warning(
                "staging files of dead processes in \(run): \(HealthContext.list(left))",
                advice: "none needed: the next restart sweeps them",
                repair: Repair("removed \(HealthContext.list(left))") { () throws(FleetError) in
                    try FileLockStore.open(
                        home: home.path, mutex: mutex, time: SystemTime(), processes: ProcFileSystem()
                    )
                    .removeAbandonedStagingFiles()
                })
        }
        let evicted = try store.evicted().filter { $0.observation.kernelLock == .held }
        if !evicted.isEmpty {
            return .warning(
                "an evicted owner is still alive: \(HealthContext.list(evicted.map(\.name)))",
                advice: "see it with 'mosaic fleet lock inspect'; the next restart waits for it to end")
        }
        return .ok("none in \(run)")
    }
}
