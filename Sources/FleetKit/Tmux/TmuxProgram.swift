public import FleetGuard
internal import Glibc

/// Where tmux is.
public enum TmuxProgram {
    /// The first executable `tmux` in an absolute folder of `$PATH`.
    ///
    /// - Throws: `.usage` when there is none, or where a unit file could not name it.
    public static func find(environment: [String: String]) throws(FleetError) -> String {
        let folders = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").parts(at: ":")
        for folder in folders where folder.begins(with: "/") {
            let path = HomeDirectory.withoutTrailingSlash(String(folder)) + "/tmux"
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0 else {
                continue
            }
            guard UnitText.canBeProgram(path) else {
                throw FleetError(
                    .usage, "tmux is '\(Printable.oneLine(path))', a path that a unit file cannot have",
                    hint: "put a tmux into a directory with a plain name earlier in PATH")
            }
            return path
        }
        throw FleetError(.usage, "there is no tmux in PATH", hint: "install tmux 3.2 or newer")
    }
}
