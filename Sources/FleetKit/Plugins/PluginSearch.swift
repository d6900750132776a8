package import FleetGuard
internal import Glibc

/// The plug-ins in `PATH`, and what of them must not run.
///
/// Only absolute folders count: an empty or relative entry would let the current directory decide what runs. A world-
/// writable folder or file is left out, too: any user of the machine could put a command there that then
/// runs with this user's rights. Group-writable folders are in use (Debian's /usr/local/bin) and are the
/// administrator's business, as are the owners of directories that users put into their own PATH.
public struct PluginSearch {
    package struct Plugin: Sendable, Equatable {
        package var name: PluginName
        /// Absolute.
        package var path: String
    }

    /// Something that was found and does not run under its name.
    public struct Shadow: Sendable, Equatable {
        /// The first that applies: built-in, then writable, then earlier.
        public enum Reason: Sendable, Equatable {
            /// A built-in command has the name, and built-in names win.
            case builtIn
            /// This one comes first in `PATH`.
            case earlier(String)
            /// Everybody can write to this.
            case writable(String)
        }
        /// The NAME under which the file would have run.
        public var name: PluginName
        /// Absolute path of the file that does not run.
        public var path: String
        /// Why it does not run.
        public var reason: Reason
    }

    /// What runs, by name.
    package private(set) var plugins: [Plugin] = []
    package private(set) var shadows: [Shadow] = []

    /// What runs for a command line: the plug-ins in `PATH`, then those beside the program that is running, so that what is
    /// installed with it is found without a `PATH`, too.
    /// - Parameter program: of the running process; nil where it cannot be told.
    public init(path: String?, program: String?, builtIns: Set<String>) {
        let folder = program.flatMap { program in program.lastPlace(of: "/").map { String(program[..<$0]) } }
        self.init(path: [path, folder].compactMap { $0 }.joined(separator: ":"), builtIns: builtIns)
    }

    /// - Parameters:
    ///   - path: as in `PATH`; nil has no folders.
    ///   - builtIns: names that no plug-in can have.
    public init(path: String?, builtIns: Set<String>) {
        var files: [PluginName: (path: String, id: FileID)] = [:]
        var seen: Set<FileID> = []
        for folder in ExecutablePath.folders(path) {
            var status = stat()
            // /bin is a link to /usr/bin on many machines: the same folder twice shadows nothing.
            guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, seen.insert(FileID(status)).inserted
            else { continue }
            let isOpen = status.st_mode & 0o002 != 0
            for name in Self.names(in: folder) {
                let file = (folder == "/" ? "" : folder) + "/" + name.fileName
                guard CommandProgram.problem(of: file) == nil, stat(file, &status) == 0 else { continue }
                let reason: Shadow.Reason
                if builtIns.contains(name.rawValue) {
                    reason = .builtIn
                } else if isOpen || status.st_mode & 0o002 != 0 {
                    reason = .writable(isOpen ? folder : file)
                } else if let first = files[name] {
                    if first.id == FileID(status) { continue }
                    reason = .earlier(first.path)
                } else {
                    files[name] = (file, FileID(status))
                    continue
                }
                shadows.append(Shadow(name: name, path: file, reason: reason))
            }
        }
        plugins = files.map { Plugin(name: $0.key, path: $0.value.path) }.sorted { $0.name < $1.name }
    }

    /// - Returns: nil when there is none of that name.
    /// - Throws: `.usage` when there is one that must not run, with the reason.
    package func plugin(_ name: PluginName) throws(FleetError) -> Plugin? {
        if let plugin = plugins.first(where: { $0.name == name }) { return plugin }
        for shadow in shadows where shadow.name == name {
            guard case .writable(let what) = shadow.reason else { continue }
            throw FleetError(
                .usage,
                "\(Printable.oneLine(shadow.path)) is not run, because anyone can write to \(Printable.oneLine(what))",
                hint: "run chmod o-w, or move the plug-in into a directory that only you can write to")
        }
        return nil
    }

    private static func names(in folder: String) -> [PluginName] {
        // Not ours to read: a shell runs nothing from it either.
        (FolderEntries.names(folder) ?? []).compactMap { PluginName(file: $0) }.sorted()
    }
}

extension PluginSearch.Shadow: CustomStringConvertible {
    /// One line for a terminal.
    public var description: String {
        let file = Printable.oneLine(path)
        switch reason {
        case .builtIn: return "\(file) never runs, because '\(name)' is a built-in command"
        case .earlier(let first): return "\(file) never runs, because \(Printable.oneLine(first)) comes first in PATH"
        case .writable(let what):
            return "\(file) is not run, because anyone can write to \(Printable.oneLine(what))"
        }
    }
}
