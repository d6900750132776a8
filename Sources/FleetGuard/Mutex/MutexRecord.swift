internal import FoundationEssentials

/// The content of `restart.mutex`: its current or last holder. One line of JSON, padded with blanks to a fixed
/// length, so that one write replaces it and no reader meets an empty file in between.
struct MutexRecord: Codable, Equatable {
    static let length = 512

    var mutex: LockRecord.Mode
    /// Fresh for each entry: the same token seen twice is the same stay.
    var token: String
    var holder: ProcessIdentity

    /// nil when the bytes are not such a record (yet).
    init?(parsing bytes: [UInt8]) {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
            let record = try? JSONDecoder().decode(Self.self, from: Data(bytes[..<end]))  // nil says it
        else { return nil }
        self = record
    }

    init(mutex: LockRecord.Mode, token: LockToken, holder: ProcessIdentity) {
        self.mutex = mutex
        self.token = token.rawValue
        self.holder = holder
    }

    func bytes() throws(FleetError) -> [UInt8] {
        var bytes = try JSONLine.bytes(self, of: "the mutex record").dropLast()
        bytes += Array(repeating: UInt8(ascii: " "), count: max(0, Self.length - 1 - bytes.count))
        return Array(bytes) + [UInt8(ascii: "\n")]
    }
}
