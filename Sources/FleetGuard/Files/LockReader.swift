internal import SystemPackage

/// Reads the lock record, whatever file has its name, and asks the kernel whether its owner is alive.
final class LockReader {
    private let directory: RunDirectory
    /// What was read last. Whoever waits reads the same bytes again and again, and to decode them takes longer than
    /// everything else that a look at the lock does.
    private var last: (bytes: [UInt8], content: LockObservation.Content) = ([], .unreadable("it was not read"))

    init(directory: RunDirectory) { self.directory = directory }

    /// nil when the name is absent.
    func observe(_ name: String) throws(FleetError) -> LockObservation? {
        let file: LockFile
        do throws(Errno) {
            file = try directory.calls.open(name, .read)
        } catch {
            return try observeUnopened(name, error)
        }
        return try observe(file, name)
    }

    func observe(_ file: borrowing LockFile, _ name: String) throws(FleetError) -> LockObservation {
        let status = try directory.status(of: file, name)
        guard status.kind == .regular else { return notARecord(status, "it is a \(status.kind.rawValue)") }
        let content = content(of: try directory.contents(of: file, name, limit: LockRecordText.maximumBytes))
        var kernelLock = LockObservation.KernelLock.unknown
        if case .record(let text) = content, text.record.mutex == .path {
            // Path mode: records are not locked, so the kernel cannot tell.
        } else {
            kernelLock = try probe(file, name)
        }
        return LockObservation(
            id: status.id, stamp: status.modified, kind: status.kind, content: content, kernelLock: kernelLock)
    }

    private func content(of bytes: [UInt8]) -> LockObservation.Content {
        if !bytes.isEmpty, bytes == last.bytes { return last.content }
        let content: LockObservation.Content
        do throws(LockRecordText.Unreadable) {
            content = .record(try LockRecordText(parsing: bytes))
        } catch {
            content = .unreadable(error.reason)
        }
        last = (bytes, content)
        return content
    }

    /// A shared lock that is given back at once: readers do not disturb each other, and an owner's exclusive lock is
    /// older than its record's name.
    private func probe(_ file: borrowing LockFile, _ name: String) throws(FleetError) -> LockObservation.KernelLock {
        do throws(Errno) {
            guard try directory.lock(file, .shared) else { return .held }
            directory.calls.unlock(file)
            return .free
        } catch {
            if KernelMutex.isUnsupported(error) { return .unknown }
            throw directory.failure("probe the kernel lock of", name, error)
        }
    }

    /// What cannot even be opened (a symbolic link, a socket) can carry no owner's kernel lock.
    private func observeUnopened(_ name: String, _ error: Errno) throws(FleetError) -> LockObservation? {
        guard error != .noSuchFileOrDirectory else { return nil }
        guard error != .interrupted else { return try observe(name) }
        guard let status = try directory.status(at: name) else { return nil }
        guard status.kind != .regular, status.kind != .directory else {
            throw directory.failure("open", name, error)
        }
        return notARecord(status, "it is a \(status.kind.rawValue)")
    }

    private func notARecord(_ status: FileStatus, _ reason: String) -> LockObservation {
        LockObservation(
            id: status.id, stamp: status.modified, kind: status.kind, content: .unreadable(reason), kernelLock: .free)
    }
}
