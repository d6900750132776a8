package import FleetGuard
internal import Glibc

/// Paths that an operator types, which mean the directory that they are in.
package enum WorkingDirectory {
    /// The path itself where it is absolute or begins with `~`, else below the current directory.
    ///
    /// - Parameter option: for messages.
    /// - Throws: `.usage` for an empty path; `.io` when the current directory is gone.
    package static func absolute(_ path: String, _ option: String) throws(FleetError) -> String {
        guard !path.isEmpty else {
            throw FleetError(.usage, "\(option) is empty", hint: "give a path, such as . or ~/src/app")
        }
        if path.begins(with: "/") || path == "~" || path.begins(with: "~/") { return path }
        let current = try current(for: path, option)
        var rest = path[...]
        while rest.begins(with: "./") { rest = rest.dropFirst(2) }
        let folder = HomeDirectory.withoutTrailingSlash(current)
        return rest.isEmpty || rest == "." ? folder : (folder == "/" ? "" : folder) + "/" + rest
    }

    /// - Parameter path: that is relative, for the error.
    static func current(for path: String, _ option: String) throws(FleetError) -> String {
        guard let current = getcwd(nil, 0) else {
            throw FleetError(
                .io, "\(option) '\(Printable.oneLine(path))' is relative, and the current directory is gone",
                hint: "give an absolute path, or change into a directory that exists")
        }
        defer { free(current) }
        return String(cString: current)
    }
}
