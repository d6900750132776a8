/// The roster that `mosaic fleet init` writes where there is none.
enum StarterRoster {
    static let text = """
        # The fleet: one holder (a tmux server) and the agents whose sessions live in it.
        # After a change run `mosaic fleet init` again: it renews the unit files, then `mosaic fleet restart`.
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

        # One table for each agent. The name is [A-Za-z0-9_][A-Za-z0-9_.-]* and becomes mosaic-agent@NAME.service.
        #
        # [[agent]]
        # name = "planner"
        # Program and arguments, executed as they are, without a shell. A program without '/' is searched in the PATH
        # of the service manager (systemctl --user show-environment).
        # command = ["claude", "--continue"]
        # Absolute or ~/…; without it the home directory.
        # directory = "~/src/app"
        # false: restarted only when it is running.
        # autostart = true

        """
}
