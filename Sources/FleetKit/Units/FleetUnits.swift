/// The texts of the fleet's unit files. Needs tmux 3.2 (`-N`) and systemd 248 (`truncate:`).
struct FleetUnits {
    var scope: ManagerScope
    /// Absolute path of tmux.
    var tmux: String
    var holder: UnitName
    var socket: TmuxSocket

    static let template = "mosaic-agent@.service"
    static let dropInFile = "10-mosaic.conf"

    /// tmux refuses a command line that does not fit one message to its server: 16,384 bytes with all that stands
    /// around the agent's command.
    private static let commandLimit = 14_000

    /// What the waiting client waits for: unique for each run, so that no earlier run's end can wake it.
    private static let channel = "mosaic-${INVOCATION_ID}"

    /// Start: `tmux start-server` forks the server and ends when that server has read its configuration and run these
    /// commands, so the unit's start job itself proves that the server answers. systemd learns the main process from
    /// the number that the same client prints. The server proves to be the one of this start by the INVOCATION_ID in
    /// its environment: another server on the socket, which tmux would silently talk to, is an error.
    ///
    /// The operator's own tmux.conf is read, because these are the sessions that they attach to; the two options that
    /// could end the server under the agents are set after it.
    var holderText: String {
        let start = [
            "start-server", ";", "if-shell", "-F", "#{!=:#{INVOCATION_ID},${INVOCATION_ID}}",
            "has-session -t '=our own server (another tmux server answers on this socket)'", ";",
            "set-option", "-s", "exit-empty", "off", ";", "set-option", "-s", "exit-unattached", "off", ";",
            "display-message", "-p", "#{pid}",
        ]
        // %p is the unit's own name without its type; a backslash in it would be an escape if it were written out here.
        let pidFile = "%t/%p.pid"
        return """
            # The holder of the fleet: a tmux server in which every agent has its session. Own settings belong into
            # \(holder).d/50-local.conf beside this file; `mosaic fleet init` leaves that alone.
            [Unit]
            Description=mosaic fleet: the tmux server that holds the agents
            StartLimitIntervalSec=60
            StartLimitBurst=10

            [Service]
            # tmux ends the starting client when the server answers, so "started" means "answers".
            Type=forking
            PIDFile=\(pidFile)
            StandardOutput=truncate:\(pidFile)
            StandardError=journal
            UnsetEnvironment=TMUX TMUX_PANE
            ExecStart=\(line(start, startServer: true))
            # The agents' processes are in this unit's cgroup: all of them get SIGTERM, and SIGKILL after the timeout.
            KillMode=control-group
            # One agent that runs out of memory must not take the others with it.
            OOMPolicy=continue
            TimeoutStartSec=30
            TimeoutStopSec=20
            Restart=always
            RestartSec=1

            [Install]
            WantedBy=\(scope.defaultTarget)

            """
    }

    /// The main process is a tmux client that waits for the session's end. It is attached to nothing, so it neither
    /// limits the window's size nor goes when an operator detaches the others (`attach -d`). It ends with 0 only when
    /// the agent's command ended with 0; a signal, a killed session and a lost server are failures.
    var templateText: String {
        let wait = [
            "wait-for", Self.channel, ";",
            "if-shell", "-F", "-t", "=${MOSAIC_SESSION}:", "#{==:#{@mosaic_end},status 0}",
            "display-message -p 'the command ended with status 0'",
            "run-shell -C -t '=${MOSAIC_SESSION}:' "
                + "\"has-session -t '=${MOSAIC_SESSION} (its command ended with #{@mosaic_end})'\"",
        ]
        return """
            # One agent of the fleet: %i is its name. `mosaic-agent@NAME.service.d/\(Self.dropInFile)` creates its
            # session; own settings belong into 50-local.conf beside that.
            [Unit]
            Description=mosaic fleet: agent %i
            Requires=\(holder)
            After=\(holder)
            StartLimitIntervalSec=60
            StartLimitBurst=10

            [Service]
            Type=exec
            UnsetEnvironment=TMUX TMUX_PANE
            Environment=MOSAIC_SESSION=%i
            # A session of this name that an earlier run left; a command of its own, so that the hooks of its end have
            # run before the new session's are set. -N: only the holder may start a server.
            ExecStartPre=\(line(Self.killSession("${MOSAIC_SESSION}")))
            ExecStart=\(line(wait))
            # On every end. It fails when the server is gone, which makes that end a failure, so Restart= applies.
            ExecStopPost=\(line(Self.killSession("${MOSAIC_SESSION}")))
            TimeoutStartSec=30
            TimeoutStopSec=20
            Restart=on-failure
            RestartSec=2

            [Install]
            WantedBy=\(scope.defaultTarget)

            """
    }

    /// - Parameter directory: absolute.
    /// - Throws: `.badRoster` where systemd or tmux could not take the command or the directory as it is.
    func dropInText(_ agent: Roster.Agent, directory: String, roster: String) throws(FleetError) -> String {
        func refuse(_ why: String, hint: String) -> FleetError {
            FleetError(.badRoster, "\(Printable.oneLine(roster)): agent '\(agent.name)': \(why)", hint: hint)
        }
        guard let program = agent.command.first, !program.isEmpty else {
            throw refuse("it has no command", hint: "add a line such as command = [\"claude\", \"--continue\"]")
        }
        guard agent.command.count > 1 || !program.contains("=") else {
            throw refuse(
                "the program's name '\(Printable.oneLine(program))' has a '=' in it",
                hint: "start it under a name without '=', or with at least one argument")
        }
        guard let last = directory.unicodeScalars.last, last != "\\", last != " " else {
            throw refuse("its directory ends in a space or a backslash", hint: "systemd cannot name it: rename it")
        }
        let length = agent.command.reduce(directory.utf8.count) { $0 + $1.utf8.count + 1 }
        guard length <= Self.commandLimit else {
            throw refuse(
                "its command is too long for tmux (\(Self.commandLimit) bytes)",
                hint: "put it into a script of its own")
        }
        return """
            # Agent \(agent.name), from \(Printable.oneLine(roster)): change it there and run `mosaic fleet init` again.
            [Unit]
            # tmux would silently take another directory where this one is missing.
            AssertPathIsDirectory=\(UnitText.plain(directory))

            [Service]
            Environment=MOSAIC_SESSION=\(agent.name.sessionName)
            ExecStartPre=\(newSession(agent, directory: directory))

            """
    }

    /// Kills the session if it is there; an error only when the server does not answer.
    private static func killSession(_ name: String) -> [String] {
        ["if-shell", "-F", "#{S:#{?#{==:#{session_name},\(name)},1,}}", "kill-session -t '=\(name)'"]
    }

    /// All in one message to the server, so nothing can end in between: the session, what an operator's configuration
    /// must not do to it, and the two hooks that wake the waiting client: the command ended, the session was killed.
    ///
    /// The hooks' commands must not wait, not even as briefly as `run-shell -C` does: an end that tmux notices in that
    /// moment runs no hook at all (seen with 3.3a). `session-closed` has only the global list, hence an element for
    /// each agent, at an index that the operator's own hooks do not have.
    private func newSession(_ agent: Roster.Agent, directory: String) -> String {
        let session = agent.name.sessionName
        let index = GeneratedText.checksum(session.utf8).suffix(7)
        let closed =
            "if-shell -F '#{==:#{hook_session_name},\(session)}' 'wait-for -S \(Self.channel)'"
        let died =
            "set-option -F @mosaic_end "
            + "'#{?pane_dead_signal,signal #{pane_dead_signal},status #{pane_dead_status}}' ; "
            + "wait-for -S \(Self.channel)"
        let hook = ["set-hook", "-g", "session-closed[\(UInt32(index, radix: 16) ?? 0)]", closed, ";"]
        let create =
            ["new-session", "-d", "-s", session, "-n", session, "-c", TmuxWords.withoutFormats(directory), "--"]
            + TmuxWords.program(agent.command)
        let options =
            [";", "set-option", "-t", "=\(session):", "destroy-unattached", "off"]
            + [";", "set-option", "-p", "-t", "=\(session):", "remain-on-exit", "on"]
            + [";", "set-hook", "-p", "-t", "=\(session):", "pane-died", died]
        return line(hook) + " "
            + create.map(UnitText.quoted).joined(separator: " ") + " "
            + options.map(UnitText.quotedKeepingVariables).joined(separator: " ")
    }

    /// Words in which `${…}` is systemd's to expand.
    private func line(_ words: [String], startServer: Bool = false) -> String {
        ([tmux] + (startServer ? [] : ["-N"])).map(UnitText.quoted).joined(separator: " ") + " "
            + (socket.arguments.map(UnitText.quoted) + words.map(UnitText.quotedKeepingVariables))
            .joined(separator: " ")
    }
}
