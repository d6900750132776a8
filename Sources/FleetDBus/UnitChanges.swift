internal import FleetKit

/// Listens for changes of units on behalf of `waitForChange`, from one call of it to the next.
extension Connection {
    /// - Returns: whether listening began only now: what changed before that is not known.
    func watch(_ units: [UnitName], _ timeouts: Timeouts, _ heartbeat: Heartbeat) throws(WireError) -> Bool {
        let paths = Set(units.map(UnitPath.of))
        guard changes?.paths != paths else { return false }
        try subscribe(to: units.map(UnitPath.of), timeouts, heartbeat)
        changes = UnitChanges(paths: paths)
        return true
    }

    /// - Returns: whether something was heard before the time was up.
    func heardChange(waitingAtMost limit: Duration, _ heartbeat: Heartbeat) throws(WireError) -> Bool {
        let deadline = SuspendingClock.now + limit
        while changes?.isHeard != true {
            let left = deadline - SuspendingClock.now
            guard left > .zero else { return false }
            if let message = try next(waitingAtMost: left, heartbeat) { keepIfSignal(message) }
        }
        // What has arrived by now is of the same event, or close to it: one look at the units answers all of it.
        var patience = 1000
        while patience > 0, let message = try next(waitingAtMost: .zero, heartbeat) {
            keepIfSignal(message)
            patience -= 1
        }
        changes?.isHeard = false
        return true
    }
}

/// Whether anything was heard of some units.
struct UnitChanges {
    /// Object paths.
    let paths: Set<String>
    var isHeard = false

    /// - Parameter managerName: as for `ManagerSignal`.
    mutating func hear(_ message: Message, managerName: String?) {
        switch ManagerSignal(message, managerName: managerName) {
        case .managerLeft, .reloading(false): isHeard = true
        default: break
        }
        guard managerName == nil || message.sender == managerName else { return }
        // Every change of a unit comes as this, with one message for each of its interfaces.
        guard message.isSignal("PropertiesChanged", of: "org.freedesktop.DBus.Properties"), let path = message.path
        else { return }
        if paths.contains(path) { isHeard = true }
    }
}
