internal import FleetGuard
internal import FleetKit

/// Listens for changes of units on behalf of `waitForChange`, from one call of it to the next.
extension Connection {
    /// - Returns: whether listening began only now: what changed before that is not known.
    func watch(_ units: [UnitName], _ heartbeat: Heartbeat) throws(WireError) -> Bool {
        let paths = Set(units.map(UnitPath.of))
        guard changes?.paths != paths else { return false }
        try subscribe(to: units.map(UnitPath.of), heartbeat)
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
    /// What was last said of a unit's interface. Reading an inactive unit makes the manager load it, tell of it and
    /// forget it again: a listener that took that for a change would look again, and so never come to rest.
    private var lastWords: [Subject: [UInt8]] = [:]

    private struct Subject: Hashable {
        var path: String
        var interface: String
    }

    init(paths: Set<String>) { self.paths = paths }

    /// - Parameter managerName: as for `ManagerSignal`.
    mutating func hear(_ message: Message, managerName: String?) {
        switch ManagerSignal(message, managerName: managerName) {
        case .managerLeft, .reloading(false): isHeard = true
        default: break
        }
        guard managerName == nil || message.sender == managerName else { return }
        // Every change of a unit comes as this, with one message for each of its interfaces.
        guard message.isSignal("PropertiesChanged", of: "org.freedesktop.DBus.Properties"), let path = message.path,
            paths.contains(path), let interface = Self.interface(of: message)
        else { return }
        // The time of each change of state and the invocation are in it: the same words twice are no change.
        let words = message.body
        if words.isEmpty || lastWords.updateValue(words, forKey: Subject(path: path, interface: interface)) != words {
            isHeard = true
        }
    }

    private static func interface(of message: Message) -> String? {
        var reader = MessageReader(message, "a change")
        do throws(FleetError) { return try reader.string() } catch { return nil }
    }
}
