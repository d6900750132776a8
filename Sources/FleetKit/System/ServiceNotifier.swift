package import FleetGuard
internal import Glibc

/// Tells systemd how a `Type=notify` service is, by the protocol of sd_notify(3): one datagram to `$NOTIFY_SOCKET`.
package struct ServiceNotifier {
    private let address: String?

    /// Silent if the environment names no socket: then no manager waits for the notification.
    package init(environment: [String: String]) { address = environment["NOTIFY_SOCKET"] }

    /// - Parameter status: one line for `systemctl status`.
    /// - Throws: `.io` when the socket is named and cannot be reached.
    package func ready(status: String) throws(FleetError) {
        _ = try send("READY=1\nSTATUS=\(Printable.oneLine(status))")
    }

    /// - Parameter text: as above; stays until the next start of the unit.
    /// - Throws: `.io`.
    package func status(_ text: String) throws(FleetError) { _ = try send("STATUS=\(Printable.oneLine(text))") }

    /// As above, of any length, and without waiting for a systemd that has no room for it.
    /// - Returns: false where it has none at this moment.
    /// - Throws: `.io`.
    func offer(status text: String) throws(FleetError) -> Bool {
        try send("STATUS=\(Printable.oneLine(text, limit: .max))", flags: CInt(MSG_DONTWAIT))
    }

    /// The service ends without having been asked to: systemd's time for a stop begins.
    /// - Throws: `.io`.
    func stopping() throws(FleetError) { _ = try send("STOPPING=1") }

    /// - Returns: false only with flags that forbid to wait.
    private func send(_ message: String, flags: CInt = 0) throws(FleetError) -> Bool {
        guard let address, !address.isEmpty else { return true }
        func failure(_ why: String) -> FleetError {
            FleetError(
                .io, "cannot notify systemd at \(Printable.oneLine(address)): \(why)",
                hint: "check NOTIFY_SOCKET, or unset it")
        }
        var bytes = Array(address.utf8)
        guard let first = bytes.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@") else {
            throw failure("it is neither a path nor an abstract name")
        }
        // An abstract name begins with NUL and has no end mark: its length counts.
        if first == UInt8(ascii: "@") { bytes[0] = 0 }
        var name = sockaddr_un()
        guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else { throw failure("it is too long") }
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        let kind = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard let file = Descriptor(result: socket(AF_UNIX, kind, 0)) else {
            throw failure(String(cString: strerror(errno)))
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let text = Array(message.utf8)
        while true {
            let sent = withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(file.number, text, text.count, flags | CInt(MSG_NOSIGNAL), $0, length)
                }
            }
            if sent == text.count { return true }
            if flags != 0 && (errno == EAGAIN || errno == ENOBUFS) { return false }
            guard errno == EINTR else { throw failure(String(cString: strerror(errno))) }
        }
    }
}
