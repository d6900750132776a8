extension FileLockStore {
    /// Staging files that no process has open: a crash between writing and publishing left them. Writes nothing.
    package func abandonedStagingFiles() throws(FleetError) -> [String] {
        var found: [String] = []
        for name in try directory.names().sorted() where name.begins(with: RunDirectory.stagingPrefix) {
            guard let status = try directory.status(at: name), status.kind == .regular,
                processes.writers(of: status.id).isEmpty
            else { continue }
            found.append(name)
        }
        return found
    }

    /// Removes them. Under the registry mutex: every record is staged inside it, so none can be on its way to its name
    /// meanwhile.
    package func removeAbandonedStagingFiles() throws(FleetError) {
        try mutex.inside { () throws(FleetError) in
            for name in try abandonedStagingFiles() { try directory.unlink(name) }
        }
    }
}
