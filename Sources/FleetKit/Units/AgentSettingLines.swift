internal import FleetGuard

extension FleetUnits {
    /// An agent's settings as lines of its `[Service]` section, so that systemd itself keeps to them.
    ///
    /// - Parameter userHome: for `~/`.
    static func settingLines(_ settings: AgentSettings, userHome: String) throws(FleetError) -> [String] {
        var lines: [String] = []
        if let path = settings.path {
            lines.append("Environment=\(UnitText.assignment("PATH", try searchPath(path, userHome: userHome)))")
        }
        for (name, value) in settings.environment.sorted(by: { $0.key < $1.key }) {
            lines.append("Environment=\(UnitText.assignment(name, value))")
        }
        if let file = settings.environmentFile {
            let mark = file.mayBeMissing ? "-" : ""
            let path = try HomeDirectory.expandTilde(file.path, environment: ["HOME": userHome])
            lines.append("EnvironmentFile=\(mark)\(UnitText.plain(path))")
        }
        // Percentages are systemd's own; no specifier is made of a number.
        if let limit = settings.memoryMax { lines.append("MemoryMax=\(limit)") }
        if let quota = settings.cpuQuota, quota != "infinity" { lines.append("CPUQuota=\(quota)") }
        if let limit = settings.tasksMax { lines.append("TasksMax=\(limit)") }
        if let timeout = settings.stopTimeout { lines.append("TimeoutStopSec=\(DurationText.canonical(timeout))") }
        return lines
    }

    /// The roster's `path` with every `~` expanded.
    static func searchPath(_ path: String, userHome: String) throws(FleetError) -> String {
        try path.parts(at: ":").map { folder throws(FleetError) in
            try HomeDirectory.expandTilde(String(folder), environment: ["HOME": userHome])
        }.joined(separator: ":")
    }

    /// What the agent's main process does itself.
    static func sessionOptions(_ settings: AgentSettings) -> [String] {
        var words: [String] = []
        switch settings.stopRequest {
        case .keys(let keys): for key in keys { words += ["--stop-keys", key] }
        case .command(let command): for word in command { words += ["--stop-command", word] }
        case nil: break
        }
        if settings.stopRequest != nil, let timeout = settings.stopTimeout {
            words += ["--stop-timeout", "\(max(1, timeout.wholeMilliseconds / 1000))"]
        }
        if case .quiet(let duration) = settings.activity {
            words += ["--idle-after", DurationText.canonical(duration)]
        }
        return settings.lastScreen == false ? words + ["--no-last-screen"] : words
    }
}
