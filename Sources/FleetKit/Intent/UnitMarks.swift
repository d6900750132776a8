internal import FleetGuard
internal import Glibc
internal import SystemPackage

/// Small files `PREFIXUNIT` in the run directory: what an agent's main process leaves about its run, for whoever looks later.
struct UnitMarks {
    let home: MosaicHome
    let prefix: String

    /// - Parameters:
    ///   - text: nil: the mark is removed.
    ///   - create: make the run directory where it is missing; else nothing is written there.
    /// - Throws: `.io`, `.unsafeHome`.
    func set(_ unit: UnitName, _ text: String?, create: Bool = false) throws(FleetError) {
        guard let opened = try RunDirectoryOpener.open(home: home.path, create: create) else { return }
        let folder = opened.descriptor.number
        let name = prefix + unit.rawValue
        guard unlinkat(folder, name, 0) == 0 || errno == ENOENT else { throw failure("remove", name) }
        guard let text else { return }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        guard let file = Descriptor(result: openat(folder, name, flags, 0o600)) else { throw failure("make", name) }
        guard write(file.number, text, text.utf8.count) == text.utf8.count else { throw failure("write", name) }
    }

    /// - Returns: nil where there is no mark.
    /// - Throws: `.io`, `.unsafeHome`.
    func text(of unit: UnitName) throws(FleetError) -> String? {
        guard let opened = try RunDirectoryOpener.open(home: home.path, create: false) else { return nil }
        let name = prefix + unit.rawValue
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        guard let file = Descriptor(result: openat(opened.descriptor.number, name, flags)) else {
            guard errno != ENOENT else { return nil }
            throw failure("read", name)
        }
        let bytes = try FilePart.read(file.number, atMost: 64) { _ in failure("read", name) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Of these units, those with a mark, whatever is in it.
    /// - Throws: `.io`, `.unsafeHome`.
    func among(_ units: [UnitName]) throws(FleetError) -> Set<UnitName> {
        guard let opened = try RunDirectoryOpener.open(home: home.path, create: false) else { return [] }
        let folder = opened.descriptor.number
        return Set(units.filter { faccessat(folder, prefix + $0.rawValue, F_OK, AT_SYMLINK_NOFOLLOW) == 0 })
    }

    private func failure(_ verb: String, _ name: String) -> FleetError {
        let path = "\(Printable.oneLine(home.runDirectory))/\(name)"
        return FleetError(
            .io, "cannot \(verb) \(path): \(Errno(rawValue: errno).description)", hint: "check that directory")
    }
}
