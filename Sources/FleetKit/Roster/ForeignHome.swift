internal import FleetGuard
internal import Glibc

/// Root can write everywhere, so nothing else keeps its files out of another user's home, where that user could not
/// change them any more.
package enum ForeignHome {
    /// - Parameter path: of a directory that is about to be made or written to.
    /// - Throws: `.unsafeHome` when this is root and the directory, or the nearest one above it that exists, belongs to
    ///   somebody else.
    static func refuse(_ path: String, user: UInt32 = geteuid(), command: String = "mosaic fleet init")
        throws(FleetError)
    {
        guard user == 0 else { return }
        var nearest = path
        var status = stat()
        while stat(nearest, &status) != 0 {
            guard let slash = nearest.utf8.lastIndex(of: UInt8(ascii: "/")), slash > nearest.startIndex else { return }
            nearest = String(nearest[..<slash])
        }
        guard status.st_uid != 0 else { return }
        let owner = Author.user(status.st_uid)
        throw FleetError(
            .unsafeHome,
            "\(Printable.oneLine(path)) is in a directory of \(owner), and this is root: its files would be root's",
            hint: "run it as \(owner): sudo -u \(owner) \(command)")
    }
}
