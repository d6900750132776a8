package import FleetGuard
internal import FoundationEssentials

/// The content of a holder's lock: which mosaic home acts on the holder, and by which process. One line of JSON.
package struct HolderClaim: Codable, Sendable, Equatable {
    static let longest = 16 << 10

    package var version = 1
    /// As it was found or typed; two paths may lead to the same home.
    package var home: String
    package var homeDevice: UInt64
    package var homeInode: UInt64
    /// Of the home's own lock, under which it acts.
    package var token: String
    package var process: ProcessIdentity
    package var command: String

    init(home: String, place: FileID, token: String, process: ProcessIdentity, command: String) {
        self.home = home
        homeDevice = place.device
        homeInode = place.inode
        self.token = token
        self.process = process
        self.command = command
    }

    var place: FileID { FileID(device: homeDevice, inode: homeInode) }

    /// nil when the bytes are not such a claim (yet).
    init?(parsing bytes: [UInt8]) {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
            let claim = try? JSONDecoder().decode(Self.self, from: Data(bytes[..<end])),  // nil says it
            claim.version == 1
        else { return nil }
        self = claim
    }
}
