internal import FleetGuard

/// The NAME of a plug-in `mosaic-fleet-NAME`: what is typed after `mosaic fleet`.
///
/// `[A-Za-z0-9][A-Za-z0-9_-]*`, 64 bytes at most: no option, no path, nothing that a shell's completion would expand.
public struct PluginName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package static let filePrefix = "mosaic-fleet-"
    private static let longest = 64

    /// NAME alone, without `mosaic-fleet-`.
    public let rawValue: String

    /// - Returns: nil for any other text.
    public init?(_ text: String) {
        func isWord(_ byte: UInt8) -> Bool { byte.isASCIILetter || byte.isASCIIDigit }
        guard let first = text.utf8.first, isWord(first), text.utf8.count <= Self.longest,
            text.utf8.allSatisfy({ isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
        else { return nil }
        rawValue = text
    }

    /// Of a file `mosaic-fleet-NAME`.
    init?(file: String) {
        guard let name = file.after(Self.filePrefix) else { return nil }
        self.init(String(name))
    }

    package var fileName: String { Self.filePrefix + rawValue }
    /// The raw value.
    public var description: String { rawValue }

    /// In ASCII order.
    public static func < (left: PluginName, right: PluginName) -> Bool { left.rawValue < right.rawValue }
}
