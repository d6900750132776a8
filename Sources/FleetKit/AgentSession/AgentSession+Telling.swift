internal import FleetGuard
internal import Glibc

/// What the main process leaves for others, as files.
extension AgentSession {
    /// An agent that has begun to wait for a person: one event for each time, whatever its notes say meanwhile.
    func tellWaiting(from before: Activity, to now: Activity) {
        guard now.state == .waiting, before.state != .waiting, !now.isGuess else { return }
        do throws(FleetError) {
            let home = try home()
            let unit = ownUnit
            let name = unit.flatMap { AgentName(unit: $0)?.rawValue } ?? request.name
            var event = FleetEvent(
                .agentWaiting, home: home.path, time: SystemTime().wallClock(),
                summary: "\(name) waits for a person" + (now.note.map { ": \($0)" } ?? ""))
            event.unit = unit?.rawValue
            event.agent = name
            event.invocation = environment["INVOCATION_ID"]
            event.note = now.note
            event.next = NextCommands(mosaicHome: request.mosaicHome == nil ? nil : home.path).fleet("attach", name)
            try EventFolder(home: home).post(event)
        } catch {
            note("cannot send the event that it waits: \(error.message)")
        }
    }

    /// A new run: whatever took the last one away is made good.
    func clearLoss() {
        keepLoss(false)
        keepRequest(nil)
    }

    /// systemd asks for the end: whatever comes of it is no failure by itself.
    func noteRequest() {
        guard let run = environment["INVOCATION_ID"], !run.isEmpty else { return }
        keepRequest(run)
    }

    private func keepRequest(_ run: String?) {
        record("it was asked to end") { home, unit throws(FleetError) in try AskedEnds(home: home).set(unit, run: run) }
    }

    /// systemd stops the agents of a holder that died, also those that wait for their automatic restart, and where the holder
    /// does not come up again they are down without a failure. `heal` has to know them from those that a person stopped.
    func noteLoss() {
        guard let server = pane?.server, ProcessStat.read(server)?.hasEnded ?? true else { return }
        keepLoss(true)
    }

    private func keepLoss(_ isLost: Bool) {
        record("the holder took it down") { home, unit throws(FleetError) in
            try LostAgents(home: home).set(unit, isLost)
        }
    }

    private func record(_ what: String, _ set: (MosaicHome, UnitName) throws(FleetError) -> Void) {
        guard let unit = ownUnit else { return }
        do throws(FleetError) { try set(home(), unit) } catch {
            note("cannot record whether \(what): \(error.message)")
        }
    }

    func home() throws(FleetError) -> MosaicHome {
        try MosaicHome.resolve(option: request.mosaicHome, environment: environment)
    }

    /// The unit whose main process this is.
    private var ownUnit: UnitName? { unit.name.flatMap { UnitName(known: $0) } }
}
