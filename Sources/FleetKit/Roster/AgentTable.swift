internal import FleetGuard

/// The keys that `[[agent]]` and `[defaults]` have in common, read and checked.
struct AgentTable {
    static let keys = [
        "command", "directory", "autostart", "path", "environment", "environment_file", "memory_max", "cpu_quota",
        "tasks_max", "stop_keys", "stop_command", "stop_timeout", "last_screen", "activity",
    ]

    var command: [String]?
    var directory: String?
    var autostart: Bool?
    var settings = AgentSettings()

    init() {}

    /// - Parameters:
    ///   - owner: as a message calls it: `agent 'planner'`, `[defaults]`.
    ///   - defaults: what the table leaves out.
    init(_ table: RosterReader, owner: String, over defaults: AgentTable = AgentTable()) throws(FleetError) {
        self = defaults
        let reader = Reader(table: table, owner: owner)
        command = try reader.program("command", example: "[\"claude\", \"--continue\"]", mayBeEmpty: false) ?? command
        directory = try reader.place("directory") ?? directory
        autostart = try table.bool("autostart") ?? autostart
        settings.path = try reader.searchPath() ?? settings.path
        settings.environment.merge(try reader.environment()) { _, own in own }
        settings.environmentFile = try reader.environmentFile() ?? settings.environmentFile
        settings.memoryMax =
            try reader.limit("memory_max", table.string, ResourceLimitText.memory) ?? settings.memoryMax
        settings.cpuQuota = try reader.limit("cpu_quota", table.string, ResourceLimitText.cpu) ?? settings.cpuQuota
        settings.tasksMax =
            try reader.limit("tasks_max", table.numberOrString, ResourceLimitText.tasks) ?? settings.tasksMax
        settings.stopRequest = try reader.stopRequest() ?? settings.stopRequest
        settings.stopTimeout = try table.duration("stop_timeout", zeroAllowed: false) ?? settings.stopTimeout
        settings.lastScreen = try table.bool("last_screen") ?? settings.lastScreen
        settings.activity = try reader.activity() ?? settings.activity
    }

    /// Variables that systemd, tmux or the agent's main process set or clear: what a roster says of them would be lost.
    private static let reserved: Set = [
        "TMUX", "TMUX_PANE", "MOSAIC_SESSION", "NOTIFY_SOCKET", "INVOCATION_ID", "SYSTEMD_EXEC_PID", "MAINPID",
    ]

    private struct Reader {
        let table: RosterReader
        let owner: String

        func program(_ key: String, example: String, mayBeEmpty: Bool) throws(FleetError) -> [String]? {
            guard let words = try words(key) else { return nil }
            if words.isEmpty, mayBeEmpty { return words }
            guard words.first?.isEmpty == false else {
                throw table.error(
                    key, "\(key) of \(owner) is empty", hint: "write program and arguments, such as \(key) = \(example)"
                )
            }
            return words
        }

        /// An absolute path, or one in the home directory.
        func place(_ key: String) throws(FleetError) -> String? {
            guard let path = try table.string(key) else { return nil }
            guard path.begins(with: "/") || path == "~" || path.begins(with: "~/") else {
                throw table.error(
                    key, "\(key) '\(Printable.oneLine(path))' of \(owner) is not absolute",
                    hint: "begin it with '/' or '~/'")
            }
            try checkPlain(key, path)
            return path
        }

        func searchPath() throws(FleetError) -> String? {
            guard let path = try table.string("path") else { return nil }
            try checkPlain("path", path)
            for folder in path.parts(at: ":", keepingEmpty: true)
            where !(folder.begins(with: "/") || folder == "~" || folder.begins(with: "~/")) {
                throw table.error(
                    "path",
                    folder.isEmpty
                        ? "path of \(owner) has an empty entry, which means the current directory"
                        : "path of \(owner) has the entry '\(Printable.oneLine(String(folder)))', which is not absolute",
                    hint: "begin each directory with '/' or '~/', and separate them with ':'")
            }
            return path
        }

        func environment() throws(FleetError) -> [String: String] {
            var environment: [String: String] = [:]
            for (name, value) in try table.strings(in: "environment") {
                let place = ["environment", name]
                guard isVariableName(name) else {
                    throw table.error(
                        at: place,
                        "'\(Printable.oneLine(name))' of \(owner) is not the name of an environment variable",
                        hint: "use letters, digits and '_', and no digit at the beginning")
                }
                guard name != "PATH" else {
                    throw table.error(
                        at: place, "PATH of \(owner) is set in environment",
                        hint: "set it with the key: path = \"…\"")
                }
                guard !AgentTable.reserved.contains(name) else {
                    throw table.error(
                        at: place, "\(name) of \(owner) cannot be set: systemd, tmux or mosaic sets or clears it",
                        hint: "remove it, or use another name")
                }
                guard !UnitText.hasNoncharacter(value),
                    value.unicodeScalars.allSatisfy({ !Self.isControl($0) || $0 == "\n" || $0 == "\t" })
                else {
                    throw table.error(
                        at: place, "\(name) of \(owner) has a character that systemd does not accept",
                        hint: "use text, tabs and line ends only")
                }
                environment[name] = value
            }
            return environment
        }

        func environmentFile() throws(FleetError) -> AgentSettings.EnvironmentFile? {
            let key = "environment_file"
            guard let text = try table.string(key) else { return nil }
            let mayBeMissing = text.begins(with: "-")
            let path = text.after("-").map(String.init) ?? text
            guard path.begins(with: "/") || path.begins(with: "~/") else {
                throw table.error(
                    key, "environment_file '\(Printable.oneLine(path))' of \(owner) is not absolute",
                    hint: "begin it with '/' or '~/'; a '-' before that allows it to be missing")
            }
            try checkPlain(key, path)
            // systemd would take the first four for a pattern, and cut the blank off.
            guard path.utf8.allSatisfy({ !"*?[\\".utf8.contains($0) }), path.last != " " else {
                throw table.error(
                    key, "environment_file of \(owner) has one of * ? [ \\ in its path, or a blank at its end",
                    hint: "systemd would read another file: rename it")
            }
            return .init(path: path, mayBeMissing: mayBeMissing)
        }

        func limit(
            _ key: String, _ read: (String) throws(FleetError) -> String?,
            _ check: (String) throws(FleetError) -> String
        ) throws(FleetError) -> String? {
            guard let text = try read(key) else { return nil }
            return try table.placed(key) { () throws(FleetError) in try check(text) }
        }

        /// A number may stand without quotes.
        func stopRequest() throws(FleetError) -> AgentSettings.StopRequest? {
            let keys = try words("stop_keys")
            let command = try program("stop_command", example: "[\"git\", \"stash\"]", mayBeEmpty: true)
            if let keys, keys.contains(where: \.isEmpty) {
                throw table.error(
                    "stop_keys", "stop_keys of \(owner) has an empty word",
                    hint: "write the keys to type, such as stop_keys = [\"/exit\", \"Enter\"]")
            }
            switch (keys, command) {
            case (nil, nil): return nil
            case (let keys?, nil): return .keys(keys)
            case (nil, let command?): return .command(command)
            case (.some, .some):
                throw table.error(
                    "stop_command", "\(owner) has both stop_keys and stop_command", hint: "keep one of them")
            }
        }

        func activity() throws(FleetError) -> AgentSettings.Activity? {
            guard let text = try table.string("activity") else { return nil }
            if text == "reported" { return .reported }
            let hint = "write \"reported\", or \"quiet 30s\""
            guard text.begins(with: "quiet ") else {
                throw table.error("activity", "activity of \(owner) is '\(Printable.oneLine(text))'", hint: hint)
            }
            let duration = try table.placed("activity") { () throws(FleetError) in
                try DurationText.parse(String(text.dropFirst("quiet ".count)))
            }
            guard duration > .zero else {
                throw table.error("activity", "activity of \(owner) is quiet for 0", hint: hint)
            }
            return .quiet(duration)
        }

        private func words(_ key: String) throws(FleetError) -> [String]? {
            guard let words = try table.strings(key) else { return nil }
            guard !words.contains(where: UnitText.hasNoncharacter) else {
                throw table.error(
                    key, "\(key) of \(owner) has a character that no text may have, such as U+FFFF", hint: "remove it")
            }
            return words
        }

        private func checkPlain(_ key: String, _ text: String) throws(FleetError) {
            guard !UnitText.hasNoncharacter(text), !text.unicodeScalars.contains(where: Self.isControl) else {
                throw table.error(key, "\(key) of \(owner) has control characters", hint: "remove them")
            }
        }

        private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 0x20 || scalar.value == 0x7F }

        private func isVariableName(_ name: String) -> Bool {
            guard let first = name.utf8.first, !first.isASCIIDigit else { return false }
            return name.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_") }
        }
    }
}
