package import FleetGuard
internal import Glibc

/// A file that is replaced while others read it: they see the old text or the new one.
package enum PublishedFile {
    /// By a temporary file beside it, whose name begins with a dot, and a rename; mode 0644.
    ///
    /// Only a regular file is replaced, or nothing. A rename would put a file in the place of a device (`/dev/null`) for the
    /// whole machine; and a symbolic link (`/dev/stdout` is one) says that somebody wants the name to lead elsewhere.
    /// - Throws: `.io`, naming the file; nothing has changed then.
    package static func replace(_ path: String, _ text: String) throws(FleetError) {
        let name = path.parts(at: "/").last.map(String.init) ?? ""
        guard !name.isEmpty, !path.ends(with: "/") else {
            throw FleetError(.usage, "'\(Printable.oneLine(path))' is not a file name", hint: "name a file")
        }
        let parent = String(path.before(name) ?? "")
        let folder = parent.isEmpty ? "." : HomeDirectory.withoutTrailingSlash(parent)
        guard let place = try ConfigFolder.open(folder, create: false) else {
            throw FleetError(
                .io, "there is no directory \(Printable.oneLine(folder))", hint: "create it, or name a file elsewhere")
        }
        if let kind = try place.kind(name), kind != S_IFREG {
            throw FleetError(
                .io, "\(Printable.oneLine(path)) is \(Self.words(kind)), not a regular file; nothing was written",
                hint: "name a regular file, or one that does not exist yet")
        }
        try place.write(name, text, mode: 0o644)
    }

    private static func words(_ kind: mode_t) -> String {
        switch kind {
        case S_IFLNK: "a symbolic link"
        case S_IFDIR: "a directory"
        case S_IFIFO: "a FIFO"
        case S_IFSOCK: "a socket"
        default: "a device"
        }
    }
}
