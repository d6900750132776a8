internal import FleetGuard
internal import Glibc

/// The unit files that a unit's own main process finds for its unit, where systemd looks for them (systemd.unit(5)).
///
/// It cannot ask systemd cheaply, and need not: a later comparison asks which files count, and looks up what was
/// noted of those. A folder that is missing here costs no wrong word, only the notice that a file in it was removed.
struct UnitFiles {
    let unit: String
    let environment: [String: String]

    /// The unit's file and its template's, the drop-ins of both, and the environment files that all of these name.
    func all() -> [RunRecord.File] {
        var files: [RunRecord.File] = []
        let template = unit.halves(at: "@").map { "\($0.0)@.service" }
        for base in bases {
            for name in [unit, template].compactMap(\.self) {
                let path = "\(base)/\(name)"
                if let stamp = FileStamp(path) { files.append(.init(kind: .unit, path: path, stamp: stamp)) }
                files += dropIns(in: "\(path).d")
            }
            files += dropIns(in: "\(base)/service.d")
        }
        return files + environmentFiles(of: files)
    }

    private func dropIns(in folder: String) -> [RunRecord.File] {
        // One that cannot be listed has nothing that could be noted. systemd passes over names that begin with a dot, too.
        let names = FolderEntries.names(folder) ?? []
        return names.filter { $0.ends(with: ".conf") }.sorted().map { name in
            .init(kind: .dropIn, path: "\(folder)/\(name)", stamp: FileStamp("\(folder)/\(name)"))
        }
    }

    /// `EnvironmentFile=` of the texts, as far as its specifiers are known here.
    private func environmentFiles(of units: [RunRecord.File]) -> [RunRecord.File] {
        var paths: [String] = []
        for file in units {
            guard let text = TextFile.read(file.path, limit: 1 << 20) else { continue }
            for line in text.parts(at: "\n") {
                guard let (key, value) = line.halves(at: "="), trimmed(key).isExactly("EnvironmentFile") else {
                    continue
                }
                let word = trimmed(value)
                guard let path = expanded(word.after("-").map(String.init) ?? word), !paths.containsExactly(path) else {
                    continue
                }
                paths.append(path)
            }
        }
        return paths.map { .init(kind: .environmentFile, path: $0, stamp: FileStamp($0)) }
    }

    private func trimmed(_ text: Substring) -> String {
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, first == " " || first == "\t" { scalars.removeFirst() }
        while let last = scalars.last, last == " " || last == "\t" || last == "\r" { scalars.removeLast() }
        return String(scalars)
    }

    /// nil: with a specifier that is systemd's alone to know, or not a path.
    private func expanded(_ text: String) -> String? {
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                result.append(scalar)
                continue
            }
            let value: String? =
                switch rest.popFirst() {
                case "%": "%"
                case "h": environment["HOME"]
                case "t": environment["XDG_RUNTIME_DIR"] ?? "/run"
                case "i", "I": instance
                default: nil
                }
            guard let value else { return nil }
            result.append(contentsOf: value.unicodeScalars)
        }
        let path = String(result)
        return path.begins(with: "/") ? path : nil
    }

    /// Of a name that needs no escape, as every agent's is.
    private var instance: String? {
        unit.halves(at: "@")?.1.before(".service").flatMap { $0.has("\\") ? nil : String($0) }
    }

    private var bases: [String] {
        guard let runtime = environment["XDG_RUNTIME_DIR"], runtime.begins(with: "/") else {
            return ["/etc", "/run"].map { "\($0)/systemd/system.control" }
                + ["transient", "generator.early"].map { "/run/systemd/\($0)" }
                + ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map { "\($0)/systemd/system" }
                + ["generator", "generator.late"].map { "/run/systemd/\($0)" }
        }
        let home = environment["HOME"] ?? "/"
        let config = environment["XDG_CONFIG_HOME"] ?? "\(home)/.config"
        let data = environment["XDG_DATA_HOME"] ?? "\(home)/.local/share"
        func list(_ name: String, _ usual: String) -> [String] {
            (environment[name] ?? usual).parts(at: ":").map(String.init)
        }
        let folders =
            [config] + list("XDG_CONFIG_DIRS", "/etc/xdg") + ["/etc", runtime, "/run", data]
            + list("XDG_DATA_DIRS", "/usr/local/share:/usr/share") + ["/usr/local/lib", "/usr/lib"]
        return [config, runtime].map { "\($0)/systemd/user.control" }
            + ["transient", "generator.early"].map { "\(runtime)/systemd/\($0)" }
            + folders.map { "\($0)/systemd/user" } + ["generator", "generator.late"].map { "\(runtime)/systemd/\($0)" }
    }
}
