internal import CLinux

/// The process in an agent's tmux pane: `mosaic fleet window SOCKET`.
package enum WindowProcess {
    /// Does not return where the command line asks for it. To be called first: there is one such process for each agent,
    /// so it must not have used memory for anything else.
    package static func becomeIfAsked() { fleet_become_window(CommandLine.argc, CommandLine.unsafeArgv) }
}
