internal import FleetGuard
internal import Glibc

/// What would keep a unit from coming up, as far as it can be known while it still runs: stopping an agent whose
/// directory was deleted has ended work for nothing.
struct Preflight: Sendable {
    /// One thing that is in a unit's way.
    struct Obstacle: Sendable, Equatable {
        var unit: UnitName
        /// `agent 'coder'`, or the holder's unit.
        var subject: String
        /// Without a full stop: `its directory /home/me/coder does not exist`.
        var what: String
        /// The least that removes it.
        var hint: String

        /// The hint, and what is run after it.
        func hint(then command: String) -> String {
            hint + (hint.begins(with: "run '") ? ", then '" : "; then run '") + command + "'"
        }
    }

    var roster: Roster
    /// For `~` in an agent's directory; nil: directories are not checked.
    var userHome: String?
    var commands: NextCommands

    /// The first obstacle of each agent, in the order given. Asks the manager only where a program has to be searched.
    func obstacles(
        of agents: [Roster.Agent], from manager: any ServiceManager
    ) throws(FleetError) -> [Obstacle] {
        let inherited = try manager.searchPath()
        // Mostly it is there. Only else, and where the roster sets one, the unit's own PATH matters, which costs a question
        // for each.
        let bare = agents.filter { agent in
            guard let program = agent.command.first, !program.utf8.contains(UInt8(ascii: "/")) else { return false }
            return inherited.map { agent.settings.path != nil || !Self.canFind(program, in: $0) } ?? false
        }
        var paths: [UnitName: String] = [:]
        if !bare.isEmpty, let inherited {
            // A file of variables may name any PATH, and is not read here.
            for own in try manager.settings(of: bare.map(\.unit)) {
                guard let path = own.searchPath else { continue }
                paths[own.name] = path.isEmpty ? inherited : path
            }
        }
        return agents.compactMap { agent in
            files(of: agent, path: paths[agent.unit]).map { what, hint in
                Obstacle(unit: agent.unit, subject: "agent '\(agent.name)'", what: what, hint: hint)
            }
        }
    }

    /// What the manager itself would say to a start.
    func obstacle(in state: UnitState) -> Obstacle? {
        let unit = state.name
        let subject = roster.agents.first { $0.unit == unit }.map { "agent '\($0.name)'" } ?? unit.rawValue
        let (what, result): (String, UnitOutcome.Result)
        switch state.loadState {
        case "not-found" where !state.isDown:
            return Obstacle(
                unit: unit, subject: subject, what: "the unit file of \(unit) was removed while it runs",
                hint: "write it again with '\(commands.fleet("init"))', then run the command again")
        case "loaded", "not-found": return nil
        case "masked": (what, result) = ("\(unit) is masked", .masked)
        case let word:
            what = "the unit file of \(unit) cannot be loaded (\(Printable.oneLine(word)))"
            result = .loadFailed(word)
        }
        let outcome = UnitOutcome(command: UnitCommand(.start, unit), result: result, state: nil)
        return Obstacle(
            unit: unit, subject: subject, what: what, hint: OutcomeWords(commands: commands).nextStep(for: outcome))
    }

    /// An agent that runs although `init` has yet to write its drop-in: the file was removed.
    func unwritten(_ agent: Roster.Agent) -> Obstacle {
        Obstacle(
            unit: agent.unit, subject: "agent '\(agent.name)'", what: "the drop-in with its command is missing",
            hint: "write it with '\(commands.fleet("init"))', then run the command again")
    }

    private func files(of agent: Roster.Agent, path: String?) -> (what: String, hint: String)? {
        var directory: String?
        if let written = agent.directory, let userHome {
            let isBelowHome = written.isExactly("~") || written.begins(with: "~/")
            let full = isBelowHome ? userHome + written.dropFirst() : written
            directory = full
            let shown = Printable.oneLine(full, limit: 1000)
            let elsewhere = "or change 'directory' in the roster and run '\(commands.fleet("init"))'"
            var status = stat()
            guard stat(full, &status) == 0 else {
                guard errno == ENOENT else {
                    return (
                        "its directory \(shown) cannot be reached: \(String(cString: strerror(errno)))",
                        "check the permissions of the directories above it, \(elsewhere)"
                    )
                }
                return (
                    "its directory \(shown) does not exist",
                    "create it: mkdir -p \(ShellWord.quoted(full)), \(elsewhere)"
                )
            }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                return ("its directory \(shown) is a file", "move that file away, \(elsewhere)")
            }
            guard access(full, X_OK) == 0 else {
                return (
                    "its directory \(shown) cannot be entered: \(String(cString: strerror(errno)))",
                    "run: chmod u+x \(ShellWord.quoted(full)), \(elsewhere)"
                )
            }
        }
        guard let program = agent.command.first, !program.isEmpty else { return nil }
        let shown = Printable.oneLine(program, limit: 1000)
        let hint = "install it, or change 'command' in the roster and run '\(commands.fleet("init"))'"
        if program.utf8.contains(UInt8(ascii: "/")) {
            let isAbsolute = program.begins(with: "/")
            guard isAbsolute || directory != nil else { return nil }
            let full = isAbsolute ? program : (directory ?? "") + "/" + program
            var status = stat()
            if stat(full, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
                return (
                    "its program \(shown) is not a file",
                    "change 'command' in the roster and run '\(commands.fleet("init"))'"
                )
            }
            return CommandProgram.problem(of: full).map { number in
                (
                    what: "its program \(shown) \(Self.words(number))",
                    hint: number == EACCES ? "run 'chmod +x \(ShellWord.quoted(full))'" : hint
                )
            }
        }
        guard let path else { return nil }
        do throws(FleetError) { _ = try CommandProgram.find(program, path: path) } catch {
            let isThere = error.code == .commandNotExecutable
            return (
                "its program \(shown) is \(isThere ? "not executable" : "not found") in PATH=\(Printable.oneLine(path, limit: 400))",
                hint
            )
        }
        return nil
    }

    private static func canFind(_ program: String, in path: String) -> Bool {
        do throws(FleetError) { return try !CommandProgram.find(program, path: path).isEmpty } catch { return false }
    }

    private static func words(_ number: CInt) -> String {
        switch number {
        case ENOENT, ENOTDIR: "does not exist"
        case EACCES: "cannot be executed: permission denied"
        default: "cannot be executed: \(String(cString: strerror(number)))"
        }
    }
}

extension UnitSettings {
    /// What the unit's own settings say of PATH; empty: nothing; nil: a file may say anything.
    var searchPath: String? {
        environment.map { variables in
            variables.last { $0.begins(with: "PATH=") }?.after("PATH=").map(String.init) ?? ""
        }
    }
}
