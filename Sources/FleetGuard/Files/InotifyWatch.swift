internal import CLinux
internal import Glibc
internal import SystemPackage

/// Wakes a waiter by the kernel: by a change of what is at `restart.lock`, and by the close of the record that its owner
/// wrote, which the owner's death causes within a millisecond.
///
/// Closing an inotify instance waits until the kernel has forgotten its watches, 10 to 20 ms (seen with Linux 6.18), which
/// every hand-over of the lock would take longer. So a watch that is closed takes its watches back, which waits for
/// nothing, and leaves the instance to the next one.
final class InotifyWatch: LockWatch {
    private let inotify: CInt
    /// Owns `inotify` until it is given back.
    private var instance: Descriptor?
    private let directory: CInt
    private let giveBack: (consuming Descriptor) -> Void
    private let wakeDescriptor: CInt?
    private var directoryWatch: CInt = -1
    private var record: CInt?

    /// - Parameters:
    ///   - directory: stays open as long as the watch is used.
    ///   - instance: one that an earlier watch gave back; nil: a new one is made.
    ///   - giveBack: gets the instance when the watch is closed.
    init(
        directory: CInt, wakeDescriptor: CInt?, instance: consuming Descriptor?,
        giveBack: @escaping (consuming Descriptor) -> Void
    ) throws(Errno) {
        if let idle = consume instance {
            inotify = idle.number
            self.instance = consume idle
        } else {
            inotify = try checked(inotify_init1(CInt(IN_CLOEXEC | IN_NONBLOCK)))
            self.instance = Descriptor(inotify)
        }
        self.directory = directory
        self.wakeDescriptor = wakeDescriptor
        self.giveBack = giveBack
        do throws(Errno) {
            // Through /proc the watch is on the directory that we hold, not on what its path names now. New names are
            // not watched: no process waits for a name to appear, and each owner stages its record first.
            directoryWatch = try checked(
                inotify_add_watch(
                    inotify, "/proc/self/fd/\(directory)",
                    UInt32(IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_ONLYDIR)))
        } catch {
            self.instance = nil  // `deinit` runs after this throw, too, and gives nothing back then
            throw error
        }
    }

    deinit { close() }

    func follow(_ file: borrowing LockFile) throws(Errno) {
        if let record { _ = inotify_rm_watch(inotify, record) }  // gone already when the record was removed
        record = try checked(
            inotify_add_watch(inotify, "/proc/self/fd/\(file.descriptor)", UInt32(IN_CLOSE_WRITE)))
    }

    func wait(timeout: Duration) throws(Errno) -> Bool {
        var deadline = SuspendingClock.now + timeout
        while true {
            let left = max(deadline - SuspendingClock.now, .zero)
            let readable = try checked(fleet_wait_readable(inotify, wakeDescriptor ?? -1, left.wholeNanoseconds))
            guard readable == Self.inotifyOnly else { return false }
            let news = readNews()
            if news == .closed || news == .changed && !isThere() { return true }
            // Also where other files come and go without an end.
            guard SuspendingClock.now < deadline else { return news == .changed }
            if news == .changed { deadline = min(deadline, SuspendingClock.now + Guard.rest) }
        }
    }

    /// What `fleet_wait_readable` answers where it is not the time, and not a signal.
    private static let inotifyOnly: CInt = 1

    private enum News {
        case nothing
        /// Of the lock's name: it is free, or there is a new owner already.
        case changed
        /// Of the record, or events were lost: always worth a look.
        case closed
    }

    private func isThere() -> Bool { faccessat(directory, RunDirectory.lockName, F_OK, AT_SYMLINK_NOFOLLOW) == 0 }

    func close() {
        guard let instance = instance.take() else { return }
        // Ended already with what they watched, perhaps.
        if let record { _ = inotify_rm_watch(inotify, record) }
        _ = inotify_rm_watch(inotify, directoryWatch)
        giveBack(instance)
    }

    /// Reads what happened. The caller looks for itself at what it means, but files that come and go under other names (each
    /// owner stages its record) are none of its business: many who wait would look for nothing, all at once.
    private func readNews() -> News {
        var news = News.nothing
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            // Once: what is left ends the next wait at once.
            let count = Glibc.read(inotify, buffer.baseAddress, buffer.count)
            guard count > 0 else { return }
            var rest = UnsafeRawBufferPointer(buffer)[..<count]
            while let event = Self.next(&rest) {
                let one = self.news(of: event)
                if news != .closed && one != .nothing { news = one }
            }
        }
        return news
    }

    private func news(of event: (watch: CInt, mask: UInt32, name: String)) -> News {
        if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { return .closed }
        // A watch of a record ends with its file, which is an event, too. By then the name has changed.
        if event.watch == record { return event.mask & UInt32(IN_CLOSE_WRITE) != 0 ? .closed : .nothing }
        guard event.watch == directoryWatch else { return .nothing }
        return event.name.isEmpty || event.name == RunDirectory.lockName ? .changed : .nothing
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
