internal import FoundationEssentials

/// The record as JSON Lines: line 1 the record, every further line one progress event.
package struct LockRecordText: Sendable, Equatable {
    /// A file longer than this is not a record; 1,000 agents write about 200 KiB.
    package static let maximumBytes = 4 << 20
    static let maximumFirstLine = 64 << 10

    package var record: LockRecord
    package var events: [ProgressEvent]

    /// Why some bytes are not a record, in words for `lock inspect`.
    package struct Unreadable: Error, Sendable, Equatable {
        package var reason: String
    }

    /// Reads a record. Unknown fields are tolerated; a torn or damaged progress line is ignored, because the
    /// owner may have died while it wrote it.
    package init(parsing bytes: [UInt8]) throws(Unreadable) {
        guard !bytes.isEmpty else { throw Unreadable(reason: "it is empty") }
        guard bytes.count <= Self.maximumBytes else {
            throw Unreadable(reason: "it is larger than \(Self.maximumBytes >> 20) MiB")
        }
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
            throw Unreadable(reason: "its first line has no end")
        }
        guard end <= Self.maximumFirstLine else { throw Unreadable(reason: "its first line is too long") }
        let decoder = JSONDecoder()
        do {
            record = try decoder.decode(LockRecord.self, from: Data(bytes[..<end]))
        } catch {
            throw Unreadable(reason: "its first line is not a lock record")
        }
        guard record.version == LockRecord.currentVersion else {
            throw Unreadable(
                reason: "its version is \(record.version), this program supports \(LockRecord.currentVersion)")
        }
        guard LockToken(record.token) != nil else { throw Unreadable(reason: "its token is not a UUID") }
        guard record.pid > 0 else { throw Unreadable(reason: "its pid is not a process number") }
        events = bytes[(end + 1)...].split(separator: UInt8(ascii: "\n")).compactMap { line in
            try? decoder.decode(ProgressEvent.self, from: Data(line))  // a torn line is no event
        }
    }

    package static func firstLine(_ record: LockRecord) throws(FleetError) -> [UInt8] { try line(encoding: record) }
    package static func line(_ event: ProgressEvent) throws(FleetError) -> [UInt8] { try line(encoding: event) }

    private static func line(encoding value: some Encodable) throws(FleetError) -> [UInt8] {
        try JSONLine.bytes(value, of: "the lock record")
    }
}
