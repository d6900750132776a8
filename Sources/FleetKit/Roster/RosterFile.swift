public import FleetGuard
internal import Glibc

extension Roster {
    /// Above this a roster is refused: a thousand agents need a tenth of it.
    static let sizeLimit = 1 << 20

    /// Reads `<mosaic home>/fleet/roster.toml`.
    ///
    /// - Returns: nil when there is no such file.
    /// - Throws: `.badRoster`, as `FILE:LINE:COLUMN: what is wrong` wherever a place can be named.
    public static func load(home: MosaicHome) throws(FleetError) -> Roster? {
        let path = home.rosterPath
        guard let bytes = try read(path) else { return nil }
        return try RosterDecoder.decode(bytes, file: path)
    }

    static func read(
        _ path: String, correction: String = "put a roster there, or remove it and run 'mosaic fleet init'"
    ) throws(FleetError) -> [UInt8]? {
        func refuse(_ why: String, hint: String) -> FleetError {
            FleetError(.badRoster, "\(Printable.oneLine(path)): \(why)", hint: hint)
        }
        // O_NONBLOCK: a FIFO in the roster's place must not block the program forever. Links are followed on purpose:
        // people keep such files in a repository of their own.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw refuse(
                "cannot be opened: \(String(cString: strerror(errno)))",
                hint: "check its permissions and those of its directories")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw refuse("not a regular file", hint: correction)
        }
        let tooLarge = refuse("larger than \(sizeLimit) bytes", hint: "it should be a short text: check it")
        guard status.st_size <= sizeLimit else { throw tooLarge }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw refuse("cannot be read: \(String(cString: strerror(errno)))", hint: "try again")
            }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            // It may grow while it is read.
            guard bytes.count <= sizeLimit else { throw tooLarge }
        }
    }
}
