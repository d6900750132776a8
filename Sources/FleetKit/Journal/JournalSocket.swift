internal import CLinux
internal import FleetGuard
internal import Glibc

/// The journal's native protocol: one datagram for each entry, systemd.io/JOURNAL_NATIVE_PROTOCOL.
package struct JournalSocket: Sendable {
    /// In the journal's order; a name may stand several times, and a search for any of its values finds the entry.
    package typealias Fields = [(name: String, value: String)]

    /// Who sent an entry, as journalctl shows it.
    static let identifier = "mosaic-fleet"

    private let path: String

    package init(path: String = "/run/systemd/journal/socket") { self.path = path }

    /// Does not wait: a journal that is too busy loses the entry.
    /// - Returns: nil when the journal has it, else why not.
    package func send(_ fields: Fields) -> String? {
        let bytes = Self.encode(fields)
        let kind = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        guard let file = Descriptor(result: socket(AF_UNIX, kind, 0)) else { return String(cString: strerror(errno)) }
        // What is too long for a datagram goes into a sealed memory file, whose descriptor is sent.
        return fleet_send_to_journal(file.number, path, bytes, bytes.count) == 0
            ? nil : String(cString: strerror(errno))
    }

    /// A value with a line break has its length in front, so that it cannot forge a field.
    static func encode(_ fields: Fields) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in fields {
            let text = Array(value.utf8)
            bytes += Array(name.utf8)
            if text.contains(UInt8(ascii: "\n")) {
                bytes.append(UInt8(ascii: "\n"))
                withUnsafeBytes(of: UInt64(text.count).littleEndian) { bytes += $0 }
            } else {
                bytes.append(UInt8(ascii: "="))
            }
            bytes += text
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
