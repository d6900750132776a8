internal import Glibc
internal import SystemPackage

/// Wakes a waiter by the kernel: by any change of names in the run directory, and by the close of the record that its
/// owner wrote, which the owner's death causes within a millisecond.
final class InotifyWatch: LockWatch {
    private let inotify: CInt
    private let wakeDescriptor: CInt?
    private var record: CInt?

    init(directory: CInt, wakeDescriptor: CInt?) throws(Errno) {
        inotify = try checked(inotify_init1(CInt(IN_CLOEXEC | IN_NONBLOCK)))
        self.wakeDescriptor = wakeDescriptor
        do throws(Errno) {
            // Through /proc the watch is on the directory that we hold, not on what its path names now.
            try check(
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
        // Rounded up: waking a moment before the deadline would only mean another look.
        let milliseconds = CInt(clamping: Int64((max(timeout, .zero).seconds * 1000).rounded(.up)))
        _ = try checked(poll(&descriptors, nfds_t(descriptors.count), milliseconds))
        drain()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        _ = Glibc.close(inotify)
    }

    private var isClosed = false

    /// What happened does not matter, only that something did: the caller looks for itself.
    private func drain() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while Glibc.read(inotify, &buffer, buffer.count) > 0 {}
    }
}

extension timespec {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    }
}
