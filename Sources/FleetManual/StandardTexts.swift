internal import FleetKit

/// What is the same on every page that says it.
enum StandardTexts {
    /// The meaning of an exit status, unless a page has its own words for it.
    static func meaning(of status: ExitStatus) -> String {
        switch status {
        case .done: "Done."
        case .unitFailed: "A unit failed, or did not stay up; or a check failed (doctor)."
        case .attention:
            "Something is not active (status, attach), or there is a lock (lock inspect)."
        case .noSuchUnit: "No such agent or unit."
        case .usage: "Wrong usage: an unknown option or a value that cannot be."
        case .noServiceManager: "No service manager can be reached."
        case .io: "An I/O error, in the run directory or while writing."
        case .busy: "The lock is busy."
        case .evicted: "This process lost the lock and stopped."
        case .unsafeHome: "The mosaic home is unsafe: it is somebody else's, writable for others, or a symbolic link."
        case .badRoster: "The roster is wrong; the message names file, line and column."
        case .commandNotExecutable: "The command of lock run is there and cannot be executed."
        case .commandNotFound: "There is no such command, in lock run."
        case .interrupted: "Interrupted by SIGINT."
        case .terminated: "Interrupted by SIGTERM."
        }
    }

    /// The variables that the program reads, as mdoc.
    static let environment: [(name: String, lines: [String])] = [
        ("DBUS_SESSION_BUS_ADDRESS", ["The bus of the user's service manager, tried after its private socket."]),
        ("DBUS_SYSTEM_BUS_ADDRESS", ["The bus of the machine's service manager, with", ".Fl -system ."]),
        ("HOME", ["The home directory; where it is not an absolute path, that of the account."]),
        (
            "MOSAIC_AGENT_RUN",
            ["Set by the main process of an agent's unit: the run of the agent that its programs report of."]
        ),
        ("MOSAIC_AGENT_SOCKET", ["Set with it: where they report."]),
        ("MOSAIC_FAKE_DIR", ["Where", ".Fl -backend Cm fake", "keeps its units, for tests."]),
        (
            "MOSAIC_FAKE_RUNTIME_DIR",
            ["Where", ".Fl -backend Cm fake", "has its runtime directory, for tests; else", ".Ev MOSAIC_FAKE_DIR ."]
        ),
        ("MOSAIC_HOME", ["The mosaic home, where", ".Fl -mosaic-home", "is not given.", "An absolute path."]),
        (
            "MOSAIC_LOCK_TOKEN",
            [
                "Set by", ".Nm mosaic Cm fleet lock run", "for its command: the token of the lock that it runs under.",
                "It is believed only when the lock is that one and held by a process that this one descends from.",
            ]
        ),
        ("NO_COLOR", ["Not empty: no colours, unless", ".Fl -color Cm always", "asks for them."]),
        (
            "PATH",
            [
                "Where", ".Xr systemctl 1 ,", ".Xr busctl 1 ,", ".Xr journalctl 1", "and", ".Xr tmux 1",
                "are looked for.",
            ]
        ),
        (
            "SUDO_USER",
            ["As set by", ".Xr sudo 8 :", "who is named in the history, and in the advice to run without it."]
        ),
        ("TERM", ["Where it is", ".Cm dumb ,", "there are no colours, and nothing is drawn in place."]),
        (
            "TMUX",
            [
                "Set by", ".Xr tmux 1 .", "Tells that a restart or", ".Cm attach",
                "was typed in a session of the fleet.",
            ],
        ),
        (
            "TMUX_TMPDIR",
            ["Of the service manager: where the holder's socket is.", "The caller's own value is not used."]
        ),
        (
            "XDG_CONFIG_HOME",
            [
                "The mosaic home is", ".Pa $XDG_CONFIG_HOME/mosaic", "where neither", ".Fl -mosaic-home", "nor",
                ".Ev MOSAIC_HOME", "says otherwise, and", ".Nm mosaic Cm fleet init",
                "writes the units of the user below it.",
            ]
        ),
        (
            "XDG_DATA_HOME",
            [
                "Where systemd also looks for the user's units, and so does the search for what runs outdated.",
                "Default:",
                ".Pa ~/.local/share .",
            ]
        ),
        (
            "XDG_RUNTIME_DIR",
            ["Where the sockets of the user's service manager are.", "Default:", ".Pa /run/user/UID ."]
        ),
    ]
}
