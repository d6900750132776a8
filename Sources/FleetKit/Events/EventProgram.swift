package import FleetGuard

/// The program of `[events] command`.
package enum EventProgram {
    /// The command with its program as an absolute path.
    ///
    /// - Parameter environment: of the event service: `~` and names without a slash are looked up in it.
    /// - Returns: none for none.
    /// - Throws: `.commandNotFound`, `.commandNotExecutable`, `.unsafeHome`.
    package static func resolved(
        _ command: [String], _ environment: [String: String]
    ) throws(FleetError) -> [String] {
        guard let name = command.first else { return [] }
        let path = try HomeDirectory.expandTilde(name, environment: environment)
        let program = try CommandProgram.find(path, path: environment["PATH"])
        return [program] + command.dropFirst()
    }
}
