package import FleetGuard
internal import Glibc

/// A file that is replaced while others read it: they see the old text or the new one.
package enum PublishedFile {
    /// By a temporary file beside it, whose name begins with a dot, and a rename; mode 0644. A link in its place is
    /// replaced, not followed.
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
        try place.write(name, text, mode: 0o644)
    }
}
