internal import FleetGuard
internal import FleetKit
internal import Logging

/// Keeps the one connection, and opens a new one when it is lost.
final class ManagerLink {
    let timeouts: Timeouts
    /// The address in use, or the last that was.
    private(set) var address = ""
    private var connection: Connection?
    /// A bus answered that the manager is not on it.
    private var isNameMissing = false
    private let log = Logger(label: "dbus")
    /// Asked again for each attempt: sockets come and go with the manager.
    private let places: () throws(FleetError) -> [ManagerAddress]

    init(timeouts: Timeouts, places: @escaping () throws(FleetError) -> [ManagerAddress]) {
        self.timeouts = timeouts
        self.places = places
    }

    /// The connection, opened now if there is none: one attempt at each place.
    func open(_ heartbeat: Heartbeat) throws(WireError) -> Connection {
        if let connection { return connection }
        let candidates: [ManagerAddress]
        do { candidates = try places() } catch { throw .lost(error) }
        var failures: [String] = []
        for place in candidates {
            do throws(WireError) {
                let opened = try Connection(place, timeouts)
                try greet(opened, heartbeat)
                connection = opened
                address = place.address
                return opened
            } catch {
                guard case .lost(let why) = error else { throw error }
                failures.append(why.message)
            }
        }
        throw .lost(
            FleetError(
                .noServiceManager, "no service manager answers: " + failures.joined(separator: "; "),
                hint:
                    "check that it runs (systemctl --user status); without a login, 'loginctl enable-linger' starts it"
            ))
    }

    /// The first connection. A bus that is there without a manager on it has just been started (the daemon runs from
    /// its first client on, and systemd takes its name a moment later): that moment is waited for.
    func openFirst(_ heartbeat: Heartbeat) throws(WireError) {
        _ = try open(within: timeouts.arrival, every: .milliseconds(20), heartbeat) { isNameMissing }
    }

    /// Waits for a manager that was there and went away.
    func reopen(within limit: Duration, _ heartbeat: Heartbeat) throws(WireError) -> Connection {
        // Called before each batch as well, when nothing was lost.
        let isLost = connection == nil
        if isLost { log.info("the connection is lost; opening a new one", metadata: ["address": "\(address)"]) }
        let opened = try open(within: limit, every: .milliseconds(50), heartbeat) { true }
        if isLost { log.info("connected again", metadata: ["address": "\(address)"]) }
        return opened
    }

    private func open(
        within limit: Duration, every pause: Duration, _ heartbeat: Heartbeat, while mayCome: () -> Bool
    ) throws(WireError) -> Connection {
        let deadline = SuspendingClock.now + limit
        while true {
            isNameMissing = false
            do throws(WireError) { return try open(heartbeat) } catch {
                guard case .lost = error, mayCome(), SuspendingClock.now < deadline else { throw error }
            }
            try heartbeat.pause(pause)
        }
    }

    /// Closes the connection and with it everything that has not left yet.
    func drop() { connection = nil }

    /// Nobody listens any more.
    func rest() {
        connection?.keepsSignals = false
        connection?.signals.removeAll()
    }

    /// Hello (on a bus) and one question, so that an open socket without a manager behind it is not taken for one.
    private func greet(_ connection: Connection, _ heartbeat: Heartbeat) throws(WireError) {
        var calls: [Message] = []
        do {
            if !connection.place.isPeerToPeer { calls.append(try Manager.bus("Hello")) }
            calls.append(try Manager.get("Version", of: Manager.interface, at: UnitPath.manager))
        } catch { throw .stopped(error) }
        let count = calls.count
        try connection.pipeline(count, timeout: timeouts.handshake, heartbeat) {
            calls[$0]
        } received: {
            (index, reply) throws(WireError) in
            guard case .answer(let message) = reply else {
                if case .refusal(let name, let text, _) = reply {
                    isNameMissing = isNameMissing || reply.isUndelivered
                    throw .lost(Printable.oneLine(text.isEmpty ? name : text), at: connection.place.address)
                }
                return
            }
            guard index + 1 < count else { return }
            var reader = MessageReader(message, "the answer to Hello")
            do throws(FleetError) { connection.setName(try reader.string()) } catch { throw .lost(error) }
        }
    }
}
