package import FleetGuard
internal import Glibc

/// The user's home directory: `$HOME` when it is absolute, else the password database's.
package enum HomeDirectory {
    /// - Throws: `.unsafeHome` when neither names one.
    package static func path(environment: [String: String]) throws(FleetError) -> String {
        if let home = environment["HOME"], home.begins(with: "/") { return withoutTrailingSlash(home) }
        if let home = passwordDatabaseHome(), home.begins(with: "/") { return withoutTrailingSlash(home) }
        throw FleetError(
            .unsafeHome, "no home directory: $HOME is not an absolute path and user \(geteuid()) has no account",
            hint: "set HOME, or give --mosaic-home DIR")
    }

    /// `~` and `~/…` with the home directory in front; anything else as it is.
    package static func expandTilde(_ path: String, environment: [String: String]) throws(FleetError) -> String {
        if path == "~" { return try self.path(environment: environment) }
        guard let rest = path.after("~/") else { return path }
        let home = try self.path(environment: environment)
        return (home == "/" ? "" : home) + "/" + rest
    }

    static func withoutTrailingSlash(_ path: String) -> String {
        var result = path[...]
        while result.utf8.count > 1, let shorter = result.before("/") { result = shorter }
        return String(result)
    }

    private static func passwordDatabaseHome() -> String? {
        // Enough for any local account; a directory service with longer entries answers ERANGE and gets more.
        for size in [1 << 12, 1 << 16, 1 << 20] {
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
            defer { buffer.deallocate() }
            let status = getpwuid_r(geteuid(), &entry, buffer, size, &found)
            if status == ERANGE { continue }
            guard status == 0, found != nil, let directory = entry.pw_dir else { return nil }
            return String(cString: directory)
        }
        return nil
    }
}
