internal import FleetGuard

/// The texts of the fleet's unit files. Needs tmux 3.2 (`-N`) and systemd 248 (`truncate:`).
struct FleetUnits {
    var scope: ManagerScope
    /// Absolute path of tmux.
    var tmux: String
    /// Absolute path of this program.
    var mosaic: String
    var holder: UnitName
    var socket: TmuxSocket
    /// Whose units they are; nil for a package's.
    var home: UnitHome?

    static let template = "mosaic-agent@.service"
    static let dropInFile = "10-mosaic.conf"

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
            # The holder of the fleet: a tmux server in which every agent has its session. Put your own settings
            # in \(holder).d/50-local.conf beside this file; `mosaic fleet init` leaves that file alone.
            [Unit]
            \(owner)Description=mosaic fleet: the tmux server that holds the agents
            StartLimitIntervalSec=60
            StartLimitBurst=10

            [Service]
            # tmux ends the starting client when the server answers, so "started" means "answers".
            Type=forking
            PIDFile=\(pidFile)
            StandardOutput=truncate:\(pidFile)
            StandardError=journal
            UnsetEnvironment=TMUX TMUX_PANE
            ExecStart=\(holderLine(start))
            # A stop ends every process in this unit's cgroup: SIGTERM to all of them, and SIGKILL after the timeout.
            KillMode=control-group
            # If one process in the cgroup is killed for lack of memory, the tmux server stays up.
            OOMPolicy=continue
            TimeoutStartSec=30
            TimeoutStopSec=20
            Restart=always
            RestartSec=1

            [Install]
            WantedBy=\(scope.defaultTarget)

            """
    }

    /// The main process is `mosaic fleet session`, which is the agent's parent and ends with its status. Agents never
    /// start a tmux server: only the holder may.
    var templateText: String {
        """
        # One agent of the fleet: %i is its name. `mosaic-agent@NAME.service.d/\(Self.dropInFile)` says what it runs;
        # put your own settings in 50-local.conf beside that file.
        [Unit]
        \(owner)Description=mosaic fleet: agent %i
        Requires=\(holder)
        After=\(holder)
        StartLimitIntervalSec=60
        StartLimitBurst=10

        [Service]
        # Ready when the agent runs.
        Type=notify
        NotifyAccess=main
        UnsetEnvironment=TMUX TMUX_PANE
        Environment=MOSAIC_SESSION=%i
        # For a name that is not in the roster: it has no command, and says so.
        ExecStart=\(sessionLine(name: UnitText.quotedKeepingVariables("${MOSAIC_SESSION}"), []))
        # SIGTERM goes to the main process only, which asks the agent to end; at the timeout, SIGKILL goes to every process left.
        KillMode=mixed
        # If the kernel kills a child for lack of memory, that is an event, and the agent continues.
        OOMPolicy=continue
        TimeoutStartSec=30
        TimeoutStopSec=20
        Restart=on-failure
        RestartSec=2

        [Install]
        WantedBy=\(scope.defaultTarget)

        """
    }

    /// - Parameters:
    ///   - directory: absolute.
    ///   - settings: the lines of `settingLines`.
    ///   - mosaicHome: where the last screen of a failed agent is kept; nil: where the unit's environment says.
    /// - Throws: `.badRoster` where systemd or tmux could not take the command or the directory as it is.
    func dropInText(
        _ agent: Roster.Agent, directory: String, settings: [String] = [], mosaicHome: String? = nil, roster: String
    ) throws(FleetError) -> String {
        func refuse(_ why: String, hint: String) -> FleetError {
            FleetError(.badRoster, "\(Printable.oneLine(roster)): agent '\(agent.name)': \(why)", hint: hint)
        }
        guard let program = agent.command.first, !program.isEmpty else {
            throw refuse("it has no command", hint: "add a line such as command = [\"claude\", \"--continue\"]")
        }
        guard agent.command.count > 1 || !program.has("=") else {
            throw refuse(
                "the program's name '\(Printable.oneLine(program))' has a '=' in it",
                hint: "start it under a name without '=', or with at least one argument")
        }
        guard let last = directory.unicodeScalars.last, last != "\\", last != " " else {
            throw refuse("its directory ends in a space or a backslash", hint: "systemd cannot name it: rename it")
        }
        let name = UnitText.quoted(agent.name.sessionName)
        let homeOption = mosaicHome.map { ["--mosaic-home", $0] } ?? []
        let words =
            homeOption + ["--directory", directory] + Self.sessionOptions(agent.settings) + ["--"] + agent.command
        return """
            # Agent \(agent.name), from \(Printable.oneLine(roster)): change it there and run `mosaic fleet init` again.
            [Unit]
            \(owner)
            [Service]
            \((["Environment=MOSAIC_SESSION=\(agent.name.sessionName)"] + settings).joined(separator: "\n"))
            ExecStart=
            ExecStart=\(sessionLine(name: name, words))

            """
    }

    var owner: String { home.map { $0.line + "\n" } ?? "" }

    /// `mosaic fleet session` for one agent.
    private func sessionLine(name: String, _ words: [String]) -> String {
        let socket: [String] =
            switch socket {
            case .name(let name): ["--socket-name", name]
            case .path(let path): ["--socket-path", path]
            }
        let front = [mosaic, "fleet", "session", "--tmux", tmux] + socket + ["--holder", holder.rawValue, "--name"]
        return (front.map(UnitText.quoted) + [name] + words.map(UnitText.quoted)).joined(separator: " ")
    }

    /// Words in which `${…}` is systemd's to expand. The only tmux command that may start a server (no `-N`).
    private func holderLine(_ words: [String]) -> String {
        (([tmux] + socket.arguments).map(UnitText.quoted) + words.map(UnitText.quotedKeepingVariables))
            .joined(separator: " ")
    }
}
