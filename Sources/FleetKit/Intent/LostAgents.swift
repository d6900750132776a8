internal import FleetGuard
internal import Glibc
internal import SystemPackage

/// Agents that went down because their holder died: `lost-UNIT` in the run directory, made by the agent's main process at
/// its end, and removed by it at the next start.
///
/// systemd stops the agents of a holder that it cannot start again. To it they are down like those that a person stopped.
struct LostAgents {
    private static let prefix = "lost-"
    private let home: MosaicHome

    init(home: MosaicHome) { self.home = home }

    /// - Throws: `.io`, `.unsafeHome`.
    func set(_ unit: UnitName, _ isLost: Bool) throws(FleetError) {
        guard let opened = try RunDirectoryOpener.open(home: home.path, create: isLost) else { return }
        let folder = opened.descriptor.number
        let name = Self.prefix + unit.rawValue
        guard isLost else {
            guard unlinkat(folder, name, 0) == 0 || errno == ENOENT else { throw failure("remove", name) }
            return
        }
        let file = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard file >= 0 else { throw failure("make", name) }
        close(file)
    }

    /// - Throws: `.io`, `.unsafeHome`.
    func among(_ units: [UnitName]) throws(FleetError) -> Set<UnitName> {
        guard let opened = try RunDirectoryOpener.open(home: home.path, create: false) else { return [] }
        let folder = opened.descriptor.number
        return Set(units.filter { faccessat(folder, Self.prefix + $0.rawValue, F_OK, AT_SYMLINK_NOFOLLOW) == 0 })
    }

    private func failure(_ verb: String, _ name: String) -> FleetError {
        FleetError(
            .io,
            "cannot \(verb) \(Printable.oneLine(home.runDirectory))/\(name): \(Errno(rawValue: errno).description)",
            hint: "check that directory")
    }
}
