import SystemPackage

@testable import FleetGuard
@testable import FleetKit

/// The real system calls with faults put in, and a count of what was asked.
final class FaultyLockFiles: LockFileCalls {
    enum Operation: String, CaseIterable {
        case open, read, write, statusOfFile, statusAtName, statusByPath, isInPlace, link, rename, unlink, names, lock
        case touch, makeWatch
    }

    struct Call: Equatable {
        var operation: Operation
        var name: String
        var detail = ""
    }

    let inner: any LockFileCalls
    /// Asked before every call; an error is thrown instead of the call.
    var fault: (Call) -> Errno? = { _ in nil }
    /// Runs after each call that succeeded.
    var after: (Call) -> Void = { _ in }
    /// At most this many bytes go through in one write.
    var longestWrite = Int.max
    var longestRead = Int.max
    /// Wraps each watch that is made.
    var wrapWatch: (any LockWatch) -> any LockWatch = { $0 }
    /// Overrides an answer of `lock`.
    var lockAnswer: (Call) -> Bool? = { _ in nil }
    private(set) var calls: [Call] = []
    private(set) var openFiles = 0
    private var opened: [CInt: String] = [:]

    init(_ inner: any LockFileCalls) { self.inner = inner }

    var path: String { inner.path }

    private func ask(_ operation: Operation, _ name: String, _ detail: String = "") throws(Errno) -> Call {
        let call = Call(operation: operation, name: name, detail: detail)
        calls.append(call)
        if let error = fault(call) { throw error }
        return call
    }

    private func name(_ file: borrowing LockFile) -> String { opened[file.descriptor] ?? "?" }

    func open(_ name: String, _ how: FileOpening) throws(Errno) -> LockFile {
        let call = try ask(.open, name, "\(how)")
        let descriptor = try inner.open(name, how).take()
        opened[descriptor] = name
        openFiles += 1
        after(call)
        return LockFile(descriptor: descriptor, closedBy: self)
    }

    /// The kernel mutex stays open between its uses.
    var holdsMutex: Bool { opened.contains { $0.value == "restart.mutex" } }

    func close(_ descriptor: CInt) {
        openFiles -= 1
        opened[descriptor] = nil
        inner.close(descriptor)
    }

    func read(_ file: borrowing LockFile, at offset: Int, count: Int) throws(Errno) -> [UInt8] {
        let call = try ask(.read, name(file))
        let bytes = try inner.read(file, at: offset, count: min(count, longestRead))
        after(call)
        return bytes
    }

    func write(_ file: borrowing LockFile, _ bytes: ArraySlice<UInt8>, at offset: Int) throws(Errno) -> Int {
        let call = try ask(.write, name(file))
        let count = try inner.write(file, bytes.prefix(longestWrite), at: offset)
        after(call)
        return count
    }

    func status(of file: borrowing LockFile) throws(Errno) -> FileStatus {
        let call = try ask(.statusOfFile, name(file))
        let status = try inner.status(of: file)
        after(call)
        return status
    }

    func status(at name: String) throws(Errno) -> FileStatus {
        let call = try ask(.statusAtName, name)
        let status = try inner.status(at: name)
        after(call)
        return status
    }

    func statusByPath(at name: String) throws(Errno) -> FileStatus {
        let call = try ask(.statusByPath, name)
        let status = try inner.statusByPath(at: name)
        after(call)
        return status
    }

    func isInPlace() throws(Errno) -> Bool {
        let call = try ask(.isInPlace, ".")
        let answer = try inner.isInPlace()
        after(call)
        return answer
    }

    func link(_ old: String, _ new: String) throws(Errno) {
        let call = try ask(.link, old, new)
        try inner.link(old, new)
        after(call)
    }

    func rename(_ old: String, _ new: String) throws(Errno) {
        let call = try ask(.rename, old, new)
        try inner.rename(old, new)
        after(call)
    }

    func unlink(_ name: String) throws(Errno) {
        let call = try ask(.unlink, name)
        try inner.unlink(name)
        after(call)
    }

    func names() throws(Errno) -> [String] {
        let call = try ask(.names, ".")
        let names = try inner.names()
        after(call)
        return names
    }

    func lock(_ file: borrowing LockFile, _ kind: KernelLockKind) throws(Errno) -> Bool {
        let call = try ask(.lock, name(file), "\(kind)")
        if let answer = lockAnswer(call) { return answer }
        let result = try inner.lock(file, kind)
        after(call)
        return result
    }

    func unlock(_ file: borrowing LockFile) { inner.unlock(file) }

    func touch(_ file: borrowing LockFile) throws(Errno) {
        let call = try ask(.touch, name(file))
        try inner.touch(file)
        after(call)
    }

    func makeWatch() throws(Errno) -> any LockWatch {
        _ = try ask(.makeWatch, ".")
        return wrapWatch(try inner.makeWatch())
    }
}
