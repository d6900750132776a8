internal import FleetGuard

/// The file in which the holder's unit keeps the number of its tmux server (`PIDFile=`), so that an agent knows that server
/// without asking systemd.
enum HolderPidFile {
    /// - Parameters:
    ///   - unit: such as `mosaic-tmux-holder.service`.
    ///   - environment: `XDG_RUNTIME_DIR` counts; the system's own manager has `/run`.
    /// - Returns: nil where there is no such file, as with a holder that `init` did not write.
    static func read(of unit: String, environment: [String: String]) -> Int32? {
        guard unit.ends(with: ".service"), !unit.has("/") else { return nil }
        let runtime = environment["XDG_RUNTIME_DIR"].flatMap { $0.begins(with: "/") ? $0 : nil } ?? "/run"
        let path = "\(runtime)/\(unit.dropLast(".service".count)).pid"
        guard let text = TextFile.read(path, limit: 64) else { return nil }
        return Int32(text.prefix { $0 != "\n" })
    }
}
