/// The roster that `mosaic fleet init` writes where there is none.
enum StarterRoster {
    static let text = """
        # The fleet: one holder (a tmux server) and the agents whose sessions live in it.
        # After a change run `mosaic fleet apply`: it starts what is new, stops what left, and says what needs a restart.
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
        # How long a restart waits for another one; "0" = for ever.
        # max_wait = "10m"
        # How restarts exclude each other: "kernel" (flock), "path" (file systems without it), or "auto".
        # mutex = "auto"

        [settle]
        # How long the old holder may take to go and the new one to answer.
        # timeout = "30s"
        # How long the agents must stay up after a restart; "0" = do not watch.
        # stable_for = "2s"

        # For every agent. Each key of [[agent]] but name may stand here; an agent's own key wins, environments are merged.
        [defaults]
        # Where programs are searched; without it the service manager's PATH (systemctl --user show-environment).
        # path = "~/.local/bin:/usr/local/bin:/usr/bin:/bin"
        # From SIGTERM, or what stop_keys or stop_command ask for, to SIGKILL.
        # stop_timeout = "20s"

        # One table for each agent. The name is [A-Za-z0-9_][A-Za-z0-9_.-]* and becomes mosaic-agent@NAME.service.
        #
        # [[agent]]
        # name = "planner"
        # Program and arguments, executed as they are, without a shell.
        # command = ["claude", "--continue"]
        # Absolute or ~/…; without it the home directory.
        # directory = "~/src/app"
        # false: restarted only when it is running.
        # autostart = true
        # environment = { API_BASE = "http://127.0.0.1:4000" }
        # Secrets belong into a file of mode 0600; a "-" in front of the path: it may be missing.
        # environment_file = "-~/.config/planner.env"
        # Limits; an agent above memory_max is ended, and no other.
        # memory_max = "4G"
        # cpu_quota = "200%"
        # tasks_max = 500
        # How it is asked to end before SIGTERM: keys, or stop_command = ["program", "argument"].
        # stop_keys = ["/exit", "Enter"]
        # Keep the last lines of its screen after a failure.
        # last_screen = true

        """
}
