internal import FleetGuard
internal import Glibc

/// The files that a command's start executes: its program, as execvp(3) finds it, and for a script its interpreters.
struct ProgramFiles: Equatable {
    struct File: Equatable {
        /// As it was found: through which links it leads is looked up again each time.
        var path: String
        var isInterpreter = false
    }

    private(set) var files: [File] = []
    /// Why these files are not all that the command runs, in words; nil: they are.
    private(set) var doubt: String?

    private let search: String
    private let directory: String

    /// The kernel follows that many interpreters of interpreters.
    private static let deepest = 5

    /// - Parameters:
    ///   - command: the program and its arguments.
    ///   - search: `PATH`.
    ///   - directory: where the command begins, absolute.
    init(command: [String], search: String, directory: String) {
        self.search = search
        self.directory = directory
        guard let program = command.first, let path = find(program) else { return }
        files.append(File(path: path))
        follow(path, depth: 0)
        lookInto(arguments: command.dropFirst(), of: path)
    }

    private func absolute(_ path: String) -> String { path.begins(with: "/") ? path : "\(directory)/\(path)" }

    private func find(_ name: String) -> String? {
        if name.has("/") { return absolute(name) }
        for part in search.parts(at: ":", keepingEmpty: true) {
            let candidate = absolute(part.isEmpty ? name : "\(part)/\(name)")
            if CommandProgram.problem(of: candidate) == nil { return candidate }
        }
        return nil
    }

    /// Adds the interpreter of a script, and that one's.
    private mutating func follow(_ path: String, depth: Int) {
        guard depth < Self.deepest, let head = Self.head(of: path) else { return }
        if head.starts(with: [0x7F, UInt8(ascii: "E"), UInt8(ascii: "L"), UInt8(ascii: "F")]) { return }
        guard head.starts(with: "#!".utf8) else { return addInterpreter("/bin/sh", depth) }
        let line = String(decoding: head.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let words = line.unicodeScalars.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map { String($0) }
        guard let interpreter = words.first else { return }
        addInterpreter(absolute(interpreter), depth)
        // `#!/usr/bin/env -S NAME=value python3 -u`: env's own search finds the interpreter.
        guard Self.name(of: interpreter).isExactly("env"),
            let name = words.dropFirst().first(where: { !$0.begins(with: "-") && !$0.has("=") }),
            let found = find(name)
        else { return }
        addInterpreter(found, depth)
    }

    private mutating func addInterpreter(_ path: String, _ depth: Int) {
        guard !files.contains(where: { $0.path.isExactly(path) }) else { return }
        files.append(File(path: path, isInterpreter: true))
        follow(path, depth: depth + 1)
    }

    /// `["python3", "agent.py"]` runs agent.py; `["sh", "-c", "cd x && claude"]` runs what no file here says.
    private mutating func lookInto(arguments: ArraySlice<String>, of path: String) {
        let name = Self.name(of: path)
        guard let code = Self.codeOptions(of: name) else { return }
        for argument in arguments {
            guard argument.begins(with: "-") else {
                let script = absolute(argument)
                var status = stat()
                if stat(script, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
                    files[0].isInterpreter = true
                    files.insert(File(path: script), at: 0)
                } else {
                    doubt = "which program \(Printable.oneLine(name)) runs is unknown"
                }
                return
            }
            let isLong = argument.begins(with: "--")
            if !isLong, argument.utf8.dropFirst().contains(where: code.utf8.contains) {
                doubt =
                    "its command is a line for \(Printable.oneLine(name)), and the programs that it runs are unknown"
                return
            }
        }
    }

    /// The letters by which an interpreter takes code, or a module's name, instead of a file; nil: it is none.
    private static func codeOptions(of name: String) -> String? {
        switch name {
        case "sh", "bash", "dash", "zsh", "ksh", "fish": "c"
        case "node", "nodejs", "perl", "ruby": "ep"
        default: name.begins(with: "python") || name.begins(with: "pypy") ? "cm" : nil
        }
    }

    private static func name(of path: String) -> String { path.parts(at: "/").last.map(String.init) ?? "" }

    /// As much as the kernel looks at.
    private static func head(of path: String) -> [UInt8]? {
        guard let file = Descriptor(result: open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(file.number, &bytes, bytes.count)
        return count < 0 ? nil : Array(bytes[..<count])
    }
}
