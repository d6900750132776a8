package import FleetGuard
internal import Glibc

/// The last lines that an agent had on its screen when its run failed, kept in a file of their own.
///
/// The file is `<mosaic home>/fleet/screens/NAME.txt`, where NAME is the name of the agent's tmux session
/// (`AgentName.sessionName`). The agent's main process writes it: the folder has mode 0700 and the file 0600, because
/// a screen may show secrets, and it is never written to the journal, which others may read. The text is UTF-8 without
/// escape sequences, one line of the screen per line, at most `sizeLimit` bytes. A new run leaves it; the next failure
/// replaces it, by a rename, so that a reader sees the old text or the new one.
package struct LastScreen: Sendable, Equatable {
    /// From the top, without the empty lines at the end. As they were written: not safe for a terminal.
    package var lines: [String]
    /// When the file was written, seconds since 1970.
    package var writtenAt: Double

    /// A larger file is cut at its beginning when it is read.
    package static let sizeLimit = 1 << 16

    /// - Parameter session: the agent's tmux session name.
    package static func path(home: MosaicHome, session: String) -> String {
        "\(home.screensDirectory)/\(session).txt"
    }

    /// - Returns: nil when no screen of the agent was kept.
    /// - Throws: `.io` when there is something that cannot be read.
    package static func read(home: MosaicHome, agent: AgentName) throws(FleetError) -> LastScreen? {
        let path = path(home: home, session: agent.sessionName)
        func refuse(_ why: String) -> FleetError {
            FleetError(
                .io, "the last screen of '\(agent)', \(Printable.oneLine(path, limit: 4096)), cannot be read: \(why)",
                hint: "remove the file; the next failure writes a new one")
        }
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        guard let file = Descriptor(result: open(path, flags)) else {
            if errno == ENOENT { return nil }
            throw refuse(String(cString: strerror(errno)))
        }
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw refuse(String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw refuse("not a regular file") }
        let start = max(0, status.st_size - off_t(sizeLimit))
        let bytes = try FilePart.read(file.number, from: start, atMost: sizeLimit) {
            refuse(String(cString: strerror($0)))
        }
        return LastScreen(
            lines: lines(String(decoding: bytes, as: UTF8.self)),
            writtenAt: Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9)
    }

    static func lines(_ text: String) -> [String] {
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(String.init)
        while let last = lines.last, last.allSatisfy({ $0 == " " }) { lines.removeLast() }
        return lines
    }
}
