internal import FleetKit

/// What is the same on every page that says it.
enum StandardTexts {
    /// The meaning of each exit status, unless a page has its own words for it.
    static let meanings: [ExitStatus: String] = [
        .done: "Done.",
        .unitFailed: "A unit failed or did not stay up, or a check failed (doctor).",
        .attention: "A unit is not active (status, attach), or the lock is taken (lock inspect).",
        .noSuchUnit: "No such agent or unit.",
        .usage: "Wrong usage: an unknown option or an invalid value.",
        .noServiceManager: "No service manager can be reached.",
        .io: "An I/O error, in the run directory or while writing.",
        .busy: "The lock is busy.",
        .evicted: "This process lost the lock and stopped.",
        .unsafeHome:
            "The mosaic home is unsafe (it belongs to another user, is writable by others, or fleet or run in it is a"
            + " symbolic link), or the holder belongs to another mosaic home.",
        .badRoster: "The roster is invalid; the message names file, line and column.",
        .commandNotExecutable: "The command of lock run exists but cannot be executed.",
        .commandNotFound: "The command of lock run was not found.",
        .interrupted: "Interrupted by SIGINT.",
        .terminated: "Interrupted by SIGTERM.",
    ]

    /// The variables that the program reads, as mdoc.
    static let environment: KeyValuePairs<String, [String]> = [
        "DBUS_SESSION_BUS_ADDRESS": ["The bus of the user's service manager, tried after its private socket."],
        "DBUS_SYSTEM_BUS_ADDRESS": ["The bus of the system service manager, with", ".Fl -system ."],
        "HOME": ["The home directory; if it is not an absolute path, the account's is used."],
        "MOSAIC_AGENT_RUN": [
            "Set by the main process of an agent's unit: the run that the agent's programs report for."
        ],
        "MOSAIC_AGENT_SOCKET": ["Set together with MOSAIC_AGENT_RUN: the socket that the agent's programs report to."],
        "MOSAIC_FAKE_DIR": ["Where", ".Fl -backend Cm fake", "keeps its units, for tests."],
        "MOSAIC_FAKE_RUNTIME_DIR": [
            "Where", ".Fl -backend Cm fake", "has its runtime directory, for tests; else", ".Ev MOSAIC_FAKE_DIR .",
        ],
        "MOSAIC_HOME": ["The mosaic home, if", ".Fl -mosaic-home", "is not given.", "An absolute path."],
        "MOSAIC_LOCK_TOKEN": [
            "Set by", ".Nm mosaic Cm fleet lock run", "for its command: the token of its lock.",
            "It is used only if it is the token of the current lock, held by an ancestor of this process.",
        ],
        "NO_COLOR": ["If not empty, disables colours, unless", ".Fl -color Cm always", "is given."],
        "PATH": [
            "Where", ".Xr systemctl 1 ,", ".Xr busctl 1 ,", ".Xr journalctl 1", "and", ".Xr tmux 1", "are looked up.",
        ],
        "SUDO_USER": [
            "As set by", ".Xr sudo 8 :", "the user named in the history, and in the advice to run without sudo.",
        ],
        "TERM": ["If it is", ".Cm dumb ,", "colours and drawing in place are disabled."],
        "TMUX": [
            "Set by", ".Xr tmux 1 .", "Shows that a restart or", ".Cm attach", "was run in a session of the fleet.",
        ],
        "TMUX_TMPDIR": ["The holder's socket is below the service manager's value; the caller's value is not used."],
        "XDG_CONFIG_HOME": [
            "The mosaic home is", ".Pa $XDG_CONFIG_HOME/mosaic", "unless", ".Fl -mosaic-home", "or", ".Ev MOSAIC_HOME",
            "is set, and", ".Nm mosaic Cm fleet init", "writes the user's units to",
            ".Pa $XDG_CONFIG_HOME/systemd/user .",
        ],
        "XDG_DATA_HOME": [
            "Where systemd and the check for outdated units also look for the user's units.", "Default:",
            ".Pa ~/.local/share .",
        ],
        "XDG_RUNTIME_DIR": ["Where the sockets of the user's service manager are.", "Default:", ".Pa /run/user/UID ."],
    ]
}
