internal import CLinux
internal import Glibc

/// One line of `/proc/PID/stat`, proc(5).
package struct ProcessStat: Equatable {
    package var pid: Int32
    /// `R`, `S`, `D`, `T`, … `Z` for a process that has ended and was not yet waited for.
    package var state: UInt8
    package var parent: Int32
    /// The number of the session's leader.
    package var session: Int32
    /// Its process group.
    package var group: Int32 = 0
    /// The device number of its controlling terminal, as the kernel packs it; 0 for none.
    package var terminal: UInt32 = 0
    /// The process group in that terminal's foreground.
    package var foreground: Int32 = 0
    /// Clock ticks since boot.
    package var start: UInt64
    /// As wait(2) has it, once the process has ended; 0 where the kernel does not show it to us.
    package var waitStatus: Int32 = 0

    /// Nil when the process is gone.
    package static func read(_ pid: Int32) -> ProcessStat? {
        SmallFile.text("/proc/\(pid)/stat", limit: 4096).flatMap { parse(pid, $0) }
    }

    /// The program's name may hold anything, also `)` and blanks: counting begins after the last `)`, at field 3.
    package static func parse(_ pid: Int32, _ text: String) -> ProcessStat? {
        guard let name = text.lastPlace(of: ")") else { return nil }
        let fields = text[text.index(after: name)...].split { $0 == " " || $0 == "\n" }
        guard fields.count > 19, let state = fields[0].utf8.first, let parent = Int32(fields[1]),
            let session = Int32(fields[3]), let start = UInt64(fields[19])
        else { return nil }
        let status = fields.count > 49 ? Int32(fields[49]) ?? 0 : 0
        return ProcessStat(
            pid: pid, state: state, parent: parent, session: session, group: Int32(fields[2]) ?? 0,
            terminal: Int32(fields[4]).map(UInt32.init(bitPattern:)) ?? 0, foreground: Int32(fields[5]) ?? 0,
            start: start, waitStatus: status)
    }

    package var hasEnded: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }

    /// By SIGSTOP or a debugger.
    package var isStopped: Bool { state == UInt8(ascii: "T") || state == UInt8(ascii: "t") }

    /// Every process that can be seen.
    package static func all() -> [ProcessStat] { (FolderEntries.processes() ?? []).compactMap(read) }
}

/// A process held by a descriptor: it cannot be mistaken for another one that got its number.
package final class PinnedProcess {
    package let stat: ProcessStat
    /// A pidfd: readable when the process has ended, even before it was waited for.
    package var descriptor: CInt { pidfd.number }
    private let pidfd: Descriptor

    /// - Parameter isRight: looks at the process once it is pinned.
    /// - Returns: nil if there is no such process (any more).
    package init?(_ pid: Int32, where isRight: (ProcessStat) -> Bool) {
        // Read after the pinning, so it is the pinned process's, or that of its ended self.
        guard let pidfd = Descriptor(result: fleet_pidfd_open(pid)), let stat = ProcessStat.read(pid), isRight(stat)
        else { return nil }
        self.stat = stat
        self.pidfd = pidfd
    }

    package var hasEnded: Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, 0) > 0
    }

    /// A process that has ended meanwhile, or is another user's, is not hit.
    package func send(_ signal: CInt) { _ = fleet_pidfd_send_signal(descriptor, signal) }
}
