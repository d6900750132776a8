internal import Glibc
internal import SystemPackage

/// Wakes a waiter by the kernel: by a change of what is at `restart.lock`, and by the close of the record that its owner
/// wrote, which the owner's death causes within a millisecond.
final class InotifyWatch: LockWatch {
    private let inotify: CInt
    private let wakeDescriptor: CInt?
    private var directoryWatch: CInt = -1
    private var record: CInt?

    init(directory: CInt, wakeDescriptor: CInt?) throws(Errno) {
        inotify = try checked(inotify_init1(CInt(IN_CLOEXEC | IN_NONBLOCK)))
        self.wakeDescriptor = wakeDescriptor
        do throws(Errno) {
            // Through /proc the watch is on the directory that we hold, not on what its path names now.
            directoryWatch = try checked(
                inotify_add_watch(
                    inotify, "/proc/self/fd/\(directory)",
                    UInt32(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_ONLYDIR)))
        } catch {
            _ = Glibc.close(inotify)
            throw error
        }
    }

    deinit { close() }

    func follow(_ file: LockFile) throws(Errno) {
        if let record { _ = inotify_rm_watch(inotify, record) }  // gone already when the record was removed
        record = try checked(
            inotify_add_watch(inotify, "/proc/self/fd/\(file.descriptor)", UInt32(IN_CLOSE_WRITE)))
    }

    func wait(timeout: Duration) throws(Errno) {
        var descriptors = [pollfd(fd: inotify, events: Int16(POLLIN), revents: 0)]
        if let wakeDescriptor { descriptors.append(pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0)) }
        let deadline = ContinuousClock.now + timeout
        while true {
            // Rounded up: waking a moment before the deadline would only mean another look.
            let left = max(deadline - ContinuousClock.now, .zero)
            let milliseconds = CInt(clamping: Int64((left.seconds * 1000).rounded(.up)))
            let ready = try checked(poll(&descriptors, nfds_t(descriptors.count), milliseconds))
            if tellsOfTheLock() || ready == 0 || descriptors.count > 1 && descriptors[1].revents != 0 { return }
        }
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        _ = Glibc.close(inotify)
    }

    private var isClosed = false

    /// Reads what happened. The caller looks for itself at what it means, but files that come and go under other names (each
    /// owner stages its record) are none of its business: many who wait would look for nothing, all at once.
    private func tellsOfTheLock() -> Bool {
        var isRelevant = false
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            while true {
                let count = Glibc.read(inotify, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                var rest = UnsafeRawBufferPointer(buffer)[..<count]
                while let event = Self.next(&rest) { isRelevant = isRelevant || concernsLock(event) }
            }
        }
        return isRelevant
    }

    private func concernsLock(_ event: (watch: CInt, mask: UInt32, name: String)) -> Bool {
        if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { return true }
        // A watch of a record ends with its file, which is told, too. By then the name has changed.
        if event.watch == record { return event.mask & UInt32(IN_CLOSE_WRITE) != 0 }
        // The directory's own end has no name.
        return event.watch == directoryWatch && (event.name.isEmpty || event.name == RunDirectory.lockName)
    }

    /// One `struct inotify_event`: watch, mask, cookie and the length of the name that follows, with zeros at its end.
    private static func next(
        _ rest: inout Slice<UnsafeRawBufferPointer>
    ) -> (watch: CInt, mask: UInt32, name: String)? {
        let header = MemoryLayout<inotify_event>.size
        guard rest.count >= header else { return nil }
        let bytes = UnsafeRawBufferPointer(rebasing: rest)
        let event = bytes.loadUnaligned(as: inotify_event.self)
        let end = min(header + Int(event.len), bytes.count)
        let name = String(decoding: bytes[header..<end].prefix { $0 != 0 }, as: UTF8.self)
        rest = rest.dropFirst(end)
        return (event.wd, event.mask, name)
    }
}

extension timespec {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    }
}
