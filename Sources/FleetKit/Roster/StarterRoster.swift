/// The roster that `mosaic fleet init` writes where there is none.
enum StarterRoster {
    static let text = """
        # The fleet: one holder (a tmux server) and the agents whose sessions live in it.
        # After a change run `mosaic fleet apply`: it starts new agents, stops removed ones, and lists those that need a restart.
        version = 1

        [holder]
        # The systemd unit of the holder.
        unit = "mosaic-tmux-holder.service"
        # Where its tmux server listens: a name (tmux -L) or an absolute path (tmux -S).
        # To look at an agent: mosaic fleet attach NAME
        socket = "mosaic-fleet"

        # Durations are written like 500ms, 30s, 10m, 1h30m.
        [guard]
        # A restart that shows no progress for this long is taken over.
        # stall_after = "30s"
        # How long a restart waits for another one; "0": no limit.
        # max_wait = "10m"
        # How restarts exclude each other: "kernel" (flock), "path" (file systems without it), or "auto".
        # mutex = "auto"

        [settle]
        # Longest time for the old holder to end and the new one to answer.
        # timeout = "30s"
        # How long started agents are watched; "0": not at all.
        # stable_for = "2s"

        # For all agents. Every key of [[agent]] except name is allowed; an agent's own key wins, environments are merged.
        [defaults]
        # Where programs are searched. Default: the service manager's PATH (systemctl --user show-environment).
        # path = "~/.local/bin:/usr/local/bin:/usr/bin:/bin"
        # Time from the stop to SIGKILL.
        # stop_timeout = "20s"

        # One table for each agent. The name is [A-Za-z0-9_][A-Za-z0-9_.-]* and becomes mosaic-agent@NAME.service.
        #
        # [[agent]]
        # name = "planner"
        # Program and arguments, run without a shell.
        # command = ["claude", "--continue"]
        # Absolute or ~/…. Default: the home directory.
        # directory = "~/src/app"
        # false: restarted only if it is running.
        # autostart = true
        # environment = { API_BASE = "http://127.0.0.1:4000" }
        # For secrets, mode 0600. With "-" before the path the file may be missing.
        # environment_file = "-~/.config/planner.env"
        # Limits; above memory_max only this agent is killed.
        # memory_max = "4G"
        # cpu_quota = "200%"
        # tasks_max = 500
        # How it is asked to end before SIGTERM: keys, or stop_command = ["program", "argument"].
        # stop_keys = ["/exit", "Enter"]
        # Keep its last screen after a failure.
        # last_screen = true

        """
}
