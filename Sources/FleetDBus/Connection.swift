internal import CDBus
internal import FleetGuard
internal import FleetKit
internal import Glibc

/// A private libdbus connection, used by one thread only and closed with its last reference.
///
/// No pending calls, filters or dispatch: messages are popped from the connection's own queue, so every byte moves
/// while the caller's loop runs and at no other time.
final class Connection {
    let place: ManagerAddress
    let limits: Timeouts
    /// Signals that arrived while answers were awaited, oldest first.
    var signals: [ManagerSignal] = []
    /// Nobody reads signals outside a batch of commands, so they are not kept either.
    var keepsSignals = false
    /// What `waitForChange` listens to; nil while there is no listener.
    var changes: UnitChanges?
    /// Whether the match rules of a bus connection stand.
    var hasMatches = false
    /// Object paths of the units whose changes this bus connection hears of.
    var watchedUnits: Set<String> = []
    /// The bus name of the manager's own connection; signals from other senders are forged. nil on a private socket.
    var managerName: String?

    private let raw: OpaquePointer
    private let descriptor: CInt

    /// 16 MiB, ten times what a manager with thousands of units answers; libdbus drops the connection beyond it.
    private static let largestMessage = 16 << 20

    init(_ place: ManagerAddress, _ limits: Timeouts) throws(WireError) {
        // Cheap after the first time, and libdbus requires it before any other call where threads exist.
        dbus_threads_init_default()
        var failure = DBusError()
        dbus_error_init(&failure)
        defer { dbus_error_free(&failure) }
        guard !place.address.utf8.contains(0), let raw = dbus_connection_open_private(place.address, &failure) else {
            let why = failure.message.map { String(cString: $0) } ?? "not an address"
            throw .lost(Printable.oneLine(why), at: place.address)
        }
        dbus_connection_set_exit_on_disconnect(raw, 0)
        dbus_connection_set_max_message_size(raw, Self.largestMessage)
        var descriptor: CInt = -1
        guard dbus_connection_get_unix_fd(raw, &descriptor) != 0 else {
            dbus_connection_close(raw)
            dbus_connection_unref(raw)
            throw .lost("it has no descriptor to wait on", at: place.address)
        }
        self.place = place
        self.limits = limits
        self.raw = raw
        self.descriptor = descriptor
    }

    deinit {
        dbus_connection_close(raw)
        dbus_connection_unref(raw)
    }

    /// Bytes that the kernel has not taken yet; closing the connection takes them back.
    var hasUnsentData: Bool { dbus_connection_has_messages_to_send(raw) != 0 }

    /// - Returns: the serial that the answer will carry.
    func send(_ message: Message) throws(WireError) -> UInt32 {
        guard dbus_connection_get_is_connected(raw) != 0 else { throw broken }
        var serial: UInt32 = 0
        guard dbus_connection_send(raw, message.raw, &serial) != 0 else { throw .stopped(WireError.outOfMemory) }
        return serial
    }

    /// After Hello; libdbus wants to know its own name.
    func setName(_ name: String) {
        guard dbus_validate_bus_name(name, nil) != 0 else { return }
        dbus_bus_set_unique_name(raw, name)
    }

    /// The next message, waiting at most until a tick is due; nil when nothing came. The caller looks at its own
    /// deadline, so that a peer which never stops sending cannot hold it either.
    func next(waitingAtMost limit: Duration, _ heartbeat: Heartbeat) throws(WireError) -> Message? {
        try heartbeat.beatIfDue()
        if let message = pop() { return message }
        let isOpen = dbus_connection_read_write(raw, 0) != 0
        if let message = pop() { return message }
        guard isOpen, dbus_connection_get_is_connected(raw) != 0 else { throw broken }
        let pause = max(.zero, min(limit, heartbeat.untilDue))
        if dbus_connection_get_is_authenticated(raw) == 0 {
            // Only libdbus knows which way the handshake goes next. Its own wait sleeps through signals, so it is short.
            dbus_connection_read_write(raw, min(50, pause.pollMilliseconds))
            return pop()
        }
        var wanted = ([descriptor] + heartbeat.wakeDescriptors).map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        if hasUnsentData { wanted[0].events |= Int16(POLLOUT) }
        let count = poll(&wanted, nfds_t(wanted.count), pause.pollMilliseconds)
        if (count < 0 && errno == EINTR) || wanted.dropFirst().contains(where: { $0.revents != 0 }) {
            try heartbeat.beat()
            return nil
        }
        dbus_connection_read_write(raw, 0)
        return pop()
    }

    /// Keeps the signals that matter. Anything else that is no awaited answer is dropped.
    func keepIfSignal(_ message: Message) {
        changes?.hear(message, managerName: managerName)
        guard keepsSignals, let signal = ManagerSignal(message, managerName: managerName) else { return }
        signals.append(signal)
    }

    private func pop() -> Message? {
        dbus_connection_pop_message(raw).map { Message(adopting: $0) }
    }

    private var broken: WireError { .lost("it was closed", at: place.address) }
}
