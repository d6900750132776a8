internal import FleetGuard

/// What an agent's run was started from: which files, with which content. Its main process writes it down when the agent
/// has started; later checks whether the agent is outdated compare with it.
///
/// One file for each unit, `<runtime directory>/mosaic-fleet/runs/UNIT`, replaced by the next run and gone with the
/// machine's next boot, as the runs are. The stamps are taken before the program starts: a file that is replaced in
/// between is taken for another one, which costs a restart too many and never one too few.
struct RunRecord: Sendable, Equatable {
    enum Kind: String, Sendable {
        case program, interpreter, unit
        case dropIn = "drop-in"
        case environmentFile = "environment-file"
    }

    struct File: Sendable, Equatable {
        var kind: Kind
        var path: String
        /// nil: there was none.
        var stamp: FileStamp?
    }

    /// The run (`INVOCATION_ID`) that it is about.
    var invocation: String
    var command: [String]
    /// `PATH`, by which the command's program was found.
    var search: String
    var directory: String
    var files: [File]
    /// Why the files are not all that the command runs; empty: they are.
    var doubt: String
    /// The agent itself, as it was when it had just started; 0 before.
    var process: Int32 = 0
    /// Clock ticks since boot, so that another process of that number is not taken for it.
    var processStart: UInt64 = 0

    /// The program and interpreters of a command as they are now.
    static func files(of programs: ProgramFiles) -> [File] {
        programs.files.map { file in
            File(kind: file.isInterpreter ? .interpreter : .program, path: file.path, stamp: FileStamp(file.path))
        }
    }
}

extension RunRecord {
    private static let head = "mosaic-run 1"
    private static let end = "."
    private static let separator: Unicode.Scalar = "\0"

    /// Fields that each end with NUL, which no path and no argument has in it.
    var text: String {
        var fields = [
            Self.head, invocation, search, directory, doubt, "\(process)", "\(processStart)", "\(command.count)",
        ]
        fields += command
        for file in files {
            fields += [file.kind.rawValue, file.path]
            fields.append(
                file.stamp.map { "\($0.device) \($0.inode) \($0.size) \($0.modified)" } ?? "")
        }
        return (fields + [Self.end]).map { $0 + "\0" }.joined()
    }

    /// - Returns: nil if it is not a complete record.
    init?(text: String) {
        var fields = text.parts(at: Self.separator, keepingEmpty: true).map(String.init)[...]
        func next() -> String? { fields.popFirst() }
        guard next()?.isExactly(Self.head) == true, let invocation = next(), let search = next(),
            let directory = next(), let doubt = next(), let process = next().flatMap({ Int32($0) }),
            let start = next().flatMap({ UInt64($0) }), let count = next().flatMap({ Int($0) }),
            count >= 0, count <= fields.count
        else { return nil }
        let command = Array(fields.prefix(count))
        fields = fields.dropFirst(count)
        var files: [File] = []
        while let word = next(), !word.isExactly(Self.end) {
            guard let kind = Kind(rawValue: word), let path = next(), let numbers = next() else { return nil }
            let stamp = FileStamp(text: numbers)
            guard numbers.isEmpty || stamp != nil else { return nil }
            files.append(File(kind: kind, path: path, stamp: stamp))
        }
        // Behind the end's NUL nothing follows: a cut file has no end.
        guard fields.count == 1, fields.first?.isEmpty == true else { return nil }
        self.init(
            invocation: invocation, command: command, search: search, directory: directory, files: files, doubt: doubt,
            process: process, processStart: start)
    }
}

extension FileStamp {
    fileprivate init?(text: String) {
        let words = text.parts(at: " ")
        guard words.count == 4, let device = UInt64(words[0]), let inode = UInt64(words[1]),
            let size = Int64(words[2]), let modified = Int64(words[3])
        else { return nil }
        self.init(device: device, inode: inode, size: size, modified: modified)
    }
}

// MARK: The file

extension RunRecord {
    private static let folders = [HolderLock.folderName, "runs"]
    /// A longer one belongs to a command that is longer than any is.
    private static let sizeLimit = 1 << 18

    /// - Parameters:
    ///   - unit: whose run it is.
    ///   - runtime: the manager's runtime directory.
    /// - Throws: `.io`.
    func write(for unit: String, in runtime: String) throws(FleetError) {
        var folder = try ConfigFolder.open(runtime, create: false)
        for name in Self.folders { folder = try folder?.folder(name, create: true, mode: 0o700) }
        guard let folder else {
            throw FleetError(.io, "there is no directory \(Printable.oneLine(runtime, limit: 4096))", hint: "")
        }
        try folder.write(unit, text, mode: 0o600)
    }

    /// - Returns: nil when there is none of this run, or none that can be read.
    static func read(of unit: UnitName, invocation: String, in runtime: String) -> RunRecord? {
        let path = ([runtime] + folders).joined(separator: "/")
        // What stands there and is no file of ours proves as little as nothing.
        guard case .file(let bytes)? = try? ConfigFolder.open(path, create: false)?.read(unit.rawValue),
            bytes.count <= sizeLimit,
            let record = RunRecord(text: String(decoding: bytes, as: UTF8.self)),
            record.invocation.isExactly(invocation)
        else { return nil }
        return record
    }
}
