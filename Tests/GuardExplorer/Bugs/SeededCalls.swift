internal import FleetGuard
internal import FleetKit
internal import SystemPackage

/// The seam with one bug in it. Every call of the buggy code is a scheduling point like the others.
final class SeededCalls: LockFileCalls {
    private let seam: Seam
    private let bug: SeededBug
    /// The inode of the record that this process published.
    private var own: FileID?
    /// The descriptor of the file that was made last.
    private var staged: CInt?
    private var writeOfMutexFailed = false
    private var isInside = false
    /// The record that is being read, and the first one that was: every later one is taken for it.
    private var lookedAt: CInt?
    private var firstSeen: (id: FileID, token: String)?

    private let lockName = "restart.lock"
    private let mutexName = "restart.mutex"

    init(_ seam: Seam, bug: SeededBug) {
        self.seam = seam
        self.bug = bug
    }

    var path: String { seam.path }

    func open(_ name: String, _ how: FileOpening) throws(Errno) -> LockFile {
        let descriptor = try seam.open(name, how).take()
        if how == .create { staged = descriptor }
        if name == lockName, bug == .ownersTakenForOne { lookedAt = descriptor }
        return LockFile(descriptor: descriptor, closedBy: self)
    }

    func close(_ descriptor: CInt) {
        if lookedAt == descriptor { lookedAt = nil }
        seam.close(descriptor)
    }

    func read(_ file: borrowing LockFile, at offset: Int, count: Int) throws(Errno) -> [UInt8] {
        let bytes = try seam.read(file, at: offset, count: count)
        guard file.descriptor == lookedAt else { return bytes }
        return withFirstToken(bytes)
    }

    /// The old rule for evictions: a waiter that does not tell the owners apart adds up the time of all of them.
    private func withFirstToken(_ bytes: [UInt8]) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let key = text.firstRange(of: "\"token\":\""), let id = lookedAtID else { return bytes }
        let token = String(text[key.upperBound...].prefix { $0 != "\"" })
        let first = firstSeen?.token ?? token
        if firstSeen == nil { firstSeen = (id, token) }
        return Array("\(text[..<key.upperBound])\(first)\(text[key.upperBound...].dropFirst(token.count))".utf8)
    }

    func write(_ file: borrowing LockFile, _ bytes: ArraySlice<UInt8>, at offset: Int) throws(Errno) -> Int {
        do throws(Errno) {
            return try seam.write(file, bytes, at: offset)
        } catch {
            writeOfMutexFailed = true
            throw error
        }
    }

    func status(of file: borrowing LockFile) throws(Errno) -> FileStatus {
        var status = try seam.status(of: file)
        guard file.descriptor == lookedAt else { return status }
        lookedAtID = status.id
        if let firstSeen { status.id = firstSeen.id }
        return status
    }

    private var lookedAtID: FileID?

    func status(at name: String) throws(Errno) -> FileStatus {
        switch bug {
        case .releaseByBlindUnlink where name == lockName && isInside && own != nil:
            // "It is certainly mine": no look at all.
            return FileStatus(
                id: own ?? FileID(device: 0, inode: 0), modified: FileTime(seconds: 0, nanoseconds: 0),
                kind: .regular, size: 0)
        case .stalenessByContent where name == mutexName:
            let status = try seam.status(at: name)
            guard status.size == 0 else { return status }
            try seam.unlink(name)
            throw .noSuchFileOrDirectory
        default: return try seam.status(at: name)
        }
    }

    func link(_ old: String, _ new: String) throws(Errno) {
        switch bug {
        case .evictionReplaces where new == lockName: try seam.rename(old, new)
        case .stalenessByContent where new == mutexName:
            // The other way to make a mutex: created empty, then populated.
            _ = try seam.open(new, .create)
            try seam.rename(old, new)
        default: try seam.link(old, new)
        }
        try published(new)
    }

    func rename(_ old: String, _ new: String) throws(Errno) {
        switch bug {
        case .evictionReplaces where old == lockName: return
        case .breakUnlinks where old == lockName, .burialLeftOut where old == lockName: try seam.unlink(old)
        case .takeoverByUnlink where new == lockName:
            try seam.unlink(new)
            try seam.link(old, new)
        default: try seam.rename(old, new)
        }
        try published(new)
    }

    func unlink(_ name: String) throws(Errno) { try seam.unlink(name) }
    func names() throws(Errno) -> [String] {
        try seam.names().filter { bug != .burialLeftOut || !$0.hasPrefix("evicted-") }
    }

    func lock(_ file: borrowing LockFile, _ kind: KernelLockKind) throws(Errno) -> Bool {
        if kind == .exclusive {
            if bug == .takeoverWithoutMutex, file.descriptor != staged { return true }
            if bug == .flockAfterPublish, file.descriptor == staged { return true }
        }
        let isTaken = try seam.lock(file, kind)
        if isTaken, kind == .exclusive, file.descriptor != staged { isInside = true }
        return isTaken
    }

    func unlock(_ file: borrowing LockFile) {
        if bug == .mutexLeaked, writeOfMutexFailed { return }
        isInside = false
        seam.unlock(file)
    }

    func touch(_ file: borrowing LockFile) throws(Errno) { try seam.touch(file) }
    func makeWatch() throws(Errno) -> any LockWatch { try seam.makeWatch() }

    private func published(_ name: String) throws(Errno) {
        guard name == lockName, let staged else { return }
        firstSeen = nil
        if bug == .flockAfterPublish { _ = try seam.lock(descriptor: staged, .exclusive) }
        if bug == .releaseByBlindUnlink { own = try seam.status(ofDescriptor: staged).id }
    }
}
