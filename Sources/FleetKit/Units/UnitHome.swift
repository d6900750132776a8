package import FleetGuard
internal import Glibc

/// The mosaic home that a unit file belongs to, as `init` writes it into `[Unit]`: systemd passes over keys that begin
/// with `X-`. A package's units have none.
///
/// ```
/// X-MosaicHome=1234567 /home/me/.config/mosaic
/// ```
/// The number is the inode of that directory: a home that was moved is known by it.
struct UnitHome: Equatable {
    enum Relation: Equatable {
        /// The same directory, wherever it is now and whatever leads to it.
        case own
        /// Another directory, which exists, or which cannot be checked.
        case other(String)
        /// It is not there any more.
        case gone(String)
    }

    static let key = "X-MosaicHome="

    var inode: UInt64
    var path: String

    /// A backslash would join this line with the next one.
    var line: String {
        Self.key + "\(inode) "
            + path.parts(at: "\\", keepingEmpty: true).joined(separator: "\\x5c")
    }

    /// Before there was the key, an agent's drop-in named the roster: `# Agent NAME, from HOME/fleet/roster.toml: change …`
    private static func homeInOlderDropIn(_ bytes: [UInt8]) -> String? {
        for line in bytes.split(separator: UInt8(ascii: "\n")).prefix(3) where line.starts(with: "# Agent ".utf8) {
            let text = String(decoding: line, as: UTF8.self)
            guard let start = text.firstRange(of: ", from /"),
                let end = text.firstRange(of: "/fleet/roster.toml: change it there"),
                start.upperBound <= end.lowerBound
            else { return nil }
            return "/" + text[start.upperBound..<end.lowerBound]
        }
        return nil
    }

    /// - Parameter home: the caller's own; nil while it is not made yet.
    func relation(to home: FileID?) -> Relation {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { return .other(path) }
            return inode != 0 && inode == home?.inode ? .own : .gone(path)
        }
        let found = FileID(status)
        if found == home { return .own }
        // Ours was moved here from there, and something else is in its old place.
        if found.inode != inode, inode != 0, inode == home?.inode { return .own }
        return .other(path)
    }

    /// The refusal where `path` of a unit belongs to another home that is there.
    static func refusal(_ unitFile: String, of other: String, asked home: String) -> FleetError {
        FleetError(
            .unsafeHome,
            "\(Printable.oneLine(unitFile, limit: 4096)) belongs to the mosaic home \(Printable.oneLine(other)), not to"
                + " \(Printable.oneLine(home)); nothing was changed",
            hint: "use --mosaic-home \(ShellWord.quoted(other)); a second fleet of this user is not possible, since all"
                + " agents of one service manager share \(FleetUnits.template)")
    }
}

extension UnitHome {
    /// - Returns: nil for a text without the key, or with one that makes no sense.
    init?(in bytes: [UInt8]) {
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: Self.key.utf8) {
            let parts = line.dropFirst(Self.key.utf8.count).split(separator: UInt8(ascii: " "), maxSplits: 1)
            guard parts.count == 2, let number = UInt64(String(decoding: parts[0], as: UTF8.self)) else { continue }
            self.init(inode: number, path: String(decoding: parts[1], as: UTF8.self).replacing("\\x5c", with: "\\"))
            return
        }
        guard let path = Self.homeInOlderDropIn(bytes) else { return nil }
        self.init(inode: 0, path: path)
    }
}

extension ManagerFooting {
    /// - Throws: `.unsafeHome` where one of the units was written by `init` for another home that is there.
    package func checkUnits(belongTo home: MosaicHome) throws(FleetError) {
        let place = try home.place()
        for unit in units where unit.path.begins(with: "/") {
            guard let bytes = SmallFile.read(unit.path, limit: 1 << 20), let owner = UnitHome(in: bytes) else {
                continue
            }
            if case .other(let other) = owner.relation(to: place) {
                throw UnitHome.refusal(unit.path, of: other, asked: home.path)
            }
        }
    }
}
