internal import FleetGuard
internal import Glibc
internal import SystemPackage

/// Runs of agents that somebody asked to end: `stopped-UNIT` in the run directory with the run's InvocationID, made by the
/// agent's main process when it gets the signal of a stop, and removed by it at the next start.
///
/// An agent that answers a stop with a failure, or has to be killed in the end, is failed to systemd, as one that failed by
/// itself is.
package struct AskedEnds {
    private static let prefix = "stopped-"
    private let home: MosaicHome

    package init(home: MosaicHome) { self.home = home }

    /// - Parameter run: nil: a new run has begun.
    /// - Throws: `.io`, `.unsafeHome`.
    func set(_ unit: UnitName, run: String?) throws(FleetError) {
        guard let opened = try RunDirectoryOpener.open(home: home.path, create: false) else { return }
        let folder = opened.descriptor.number
        let name = Self.prefix + unit.rawValue
        guard unlinkat(folder, name, 0) == 0 || errno == ENOENT else { throw failure("remove", name) }
        guard let run else { return }
        let file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("make", name) }
        defer { close(file) }
        let bytes = Array(run.utf8)
        guard write(file, bytes, bytes.count) == bytes.count else { throw failure("write", name) }
    }

    /// The run of the unit that was asked to end last; nil for none.
    /// - Throws: `.io`, `.unsafeHome`.
    func run(of unit: UnitName) throws(FleetError) -> String? {
        guard let opened = try RunDirectoryOpener.open(home: home.path, create: false) else { return nil }
        let folder = opened.descriptor.number
        let name = Self.prefix + unit.rawValue
        let file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else {
            guard errno != ENOENT else { return nil }
            throw failure("read", name)
        }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(file, &bytes, bytes.count)
        guard count >= 0 else { throw failure("read", name) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// Whether the run of this unit that is under way was asked to end; false where that cannot be read.
    package func isAsked(_ unit: UnitName) -> Bool {
        do throws(FleetError) { return try run(of: unit) != nil } catch { return false }
    }

    /// Of these, those whose last run was asked to end.
    /// - Throws: `.io`, `.unsafeHome`.
    func among(_ states: [UnitState]) throws(FleetError) -> Set<UnitName> {
        var found: Set<UnitName> = []
        for state in states where !state.invocationID.isEmpty {
            if try run(of: state.name)?.isExactly(state.invocationID) == true { found.insert(state.name) }
        }
        return found
    }

    private func failure(_ verb: String, _ name: String) -> FleetError {
        FleetError(
            .io,
            "cannot \(verb) \(Printable.oneLine(home.runDirectory))/\(name): \(Errno(rawValue: errno).description)",
            hint: "check that directory")
    }
}
