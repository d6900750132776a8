package import FleetGuard

/// Where tmux is.
package enum TmuxProgram {
    /// The first executable `tmux` in an absolute folder of `$PATH`.
    ///
    /// - Throws: `.usage` when there is none, or where a unit file could not name it.
    package static func find(environment: [String: String]) throws(FleetError) -> String {
        guard let path = ExecutablePath.find("tmux", in: environment) else {
            throw FleetError(.usage, "there is no tmux in PATH", hint: "install tmux 3.2 or newer")
        }
        guard UnitText.canBeProgram(path) else {
            throw FleetError(
                .usage, "tmux is '\(Printable.oneLine(path))', a path that cannot be used in a unit file",
                hint: "put a tmux into a directory with a plain name earlier in PATH")
        }
        return path
    }
}
