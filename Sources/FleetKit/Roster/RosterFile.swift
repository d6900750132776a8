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
        guard let file = Descriptor(result: open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) else {
            if errno == ENOENT { return nil }
            throw refuse(
                "cannot be opened: \(String(cString: strerror(errno)))",
                hint: "check its permissions and those of its directories")
        }
        var status = stat()
        guard fstat(file.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw refuse("not a regular file", hint: correction)
        }
        // Its size says nothing: it may grow while it is read.
        let bytes = try FilePart.read(file.number, atMost: sizeLimit + 1) {
            refuse("cannot be read: \(String(cString: strerror($0)))", hint: "try again")
        }
        guard bytes.count <= sizeLimit else {
            throw refuse("larger than \(sizeLimit) bytes", hint: "it should be a short text: check it")
        }
        return bytes
    }
}
