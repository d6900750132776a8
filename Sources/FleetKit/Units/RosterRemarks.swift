package import FleetGuard
internal import Glibc

/// What `init`, `apply` and `add` say about a roster that is right as a text but whose agents would not start, or whose
/// secrets others can read.
package struct RosterRemarks {
    private let roster: Roster
    /// For `~/`.
    private let userHome: String
    /// `PATH` of the service manager; nil where it is not known.
    private let managerPath: String?
    /// `PATH` of the user who typed the command.
    private let callerPath: String

    package init(_ roster: Roster, userHome: String, managerPath: String?, callerPath: String?) {
        self.roster = roster
        self.userHome = userHome
        self.managerPath = managerPath
        self.callerPath = callerPath ?? ""
    }

    /// One sentence each, with the remedy at its end; safe for a terminal.
    package func all() throws(FleetError) -> [String] { try programs() + files() }

    /// What the agents of one search path cannot find.
    private struct Missing: Hashable {
        var program: String
        var path: String
        /// Whether the path is the agent's or `[defaults]`' own, and not the manager's.
        var isWritten: Bool
    }

    private func programs() throws(FleetError) -> [String] {
        var missing: [(what: Missing, agents: [AgentName])] = []
        for agent in roster.agents {
            guard let program = agent.command.first, !program.has("/"), try !filesSetPath(agent) else { continue }
            let written = try agent.settings.path.map { (path) throws(FleetError) in
                try FleetUnits.searchPath(path, userHome: userHome)
            }
            guard let path = written ?? managerPath, ExecutablePath.find(program, path: path) == nil else { continue }
            let what = Missing(program: program, path: path, isWritten: written != nil)
            if let place = missing.firstIndex(where: { $0.what == what }) {
                missing[place].agents.append(agent.name)
            } else {
                missing.append((what, [agent.name]))
            }
        }
        return missing.map(words)
    }

    private func words(_ what: Missing, _ agents: [AgentName]) -> String {
        let program = Printable.oneLine(what.program)
        let who = Self.list(agents)
        let whose = what.isWritten ? "the roster's path" : "the service manager's PATH"
        let path = Printable.oneLine(what.path, limit: 1000)
        guard let found = ExecutablePath.find(what.program, path: callerPath) else {
            return "\(who): there is no program '\(program)' in \(whose) (\(path)); install it, or write its full path"
        }
        let folder = String(found.dropLast(what.program.utf8.count + 1))
        let line = "path = \(TOMLText.string("\(folder.isEmpty ? "/" : folder):\(what.path)"))"
        let place = what.isWritten ? "in place of the path there is" : "under [defaults]"
        return "\(who): '\(program)' is in your PATH (\(Printable.oneLine(found))), but not in \(whose) (\(path)); "
            + "write \(place): \(Printable.oneLine(line, limit: 2000))"
    }

    private func files() throws(FleetError) -> [String] {
        var remarks: [String] = []
        var seen: [AgentSettings.EnvironmentFile] = []
        for agent in roster.agents {
            guard let file = agent.settings.environmentFile, !seen.contains(file) else { continue }
            seen.append(file)
            let path = try HomeDirectory.expandTilde(file.path, environment: ["HOME": userHome])
            let shown = Printable.oneLine(path, limit: 1000)
            let who = Self.list(roster.agents.filter { $0.settings.environmentFile == file }.map(\.name))
            var status = stat()
            guard stat(path, &status) == 0 else {
                let reason = String(cString: strerror(errno))
                if !file.mayBeMissing || errno != ENOENT {
                    remarks.append(
                        "\(who): environment_file \(shown) cannot be read (\(reason)), so it cannot start; "
                            + "create the file, or put '-' before its path to allow it to be missing")
                }
                continue
            }
            let mode = status.st_mode & 0o777
            if mode & 0o077 != 0 {
                let digits = String(mode, radix: 8)
                remarks.append(
                    "\(who): others can read or change environment_file \(shown) (mode 0\(digits)); "
                        + "run: chmod 600 \(ShellWord.line([path]))")
            }
        }
        return remarks
    }

    /// An assignment of `PATH` in the file wins over every other, and is not judged here.
    private func filesSetPath(_ agent: Roster.Agent) throws(FleetError) -> Bool {
        guard let file = agent.settings.environmentFile else { return false }
        let path = try HomeDirectory.expandTilde(file.path, environment: ["HOME": userHome])
        guard let text = TextFile.read(path, limit: 1 << 16) else { return false }
        return text.parts(at: "\n").contains { line in
            line.drop { $0 == " " || $0 == "\t" }.begins(with: "PATH=")
        }
    }

    private static func list(_ agents: [AgentName]) -> String {
        let some = agents.prefix(4).map(\.rawValue).joined(separator: ", ")
        return (agents.count == 1 ? "agent " : "agents ")
            + (agents.count > 4 ? "\(some) and \(agents.count - 4) more" : some)
    }
}
