internal import FleetGuard
internal import Glibc

/// Finds a program in `PATH` once, so that everything after it runs by its absolute path.
public enum ExecutablePath {
    /// The first executable regular file of that name; relative and empty entries of `PATH` are ignored, because
    /// they would let the current directory decide what runs.
    public static func find(_ name: String, path: String?) -> String? {
        for entry in (path ?? "").parts(at: ":") where entry.begins(with: "/") {
            let candidate = "\(entry)/\(name)"
            var status = stat()
            if stat(candidate, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(candidate, X_OK) == 0 {
                return candidate
            }
        }
        return nil
    }
}
