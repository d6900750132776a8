import FleetGuard
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// Whole processes on file systems that refuse: the exit status, the message, and a fleet that nobody touched.
@Suite("A file system that refuses", .timeLimit(.minutes(5)))
struct FileSystemFaultTests {
    /// Runs in a mount namespace of its own, so that nothing is left mounted however it ends; `$RUN` is the run
    /// directory, and the words are `mosaic`'s.
    private func mosaic(_ home: ScriptedHome, after script: String, _ words: String...) throws -> TestProcess {
        try home.makeRunDirectory()
        return try home.mosaic(
            words, environment: ["RUN": home.runDirectory],
            wrapper: ["/usr/bin/unshare", "--mount", "/bin/sh", "-ec", script + "\nexec \"$@\"", "sh"])
    }

    static let refusals: [(script: String, words: String)] = [
        (
            "mount -t tmpfs -o size=8k,mode=0700 none \"$RUN\"; head -c 8192 /dev/zero >\"$RUN/filler\"",
            "No space left on device"
        ),
        ("mount -t tmpfs -o nr_inodes=1,mode=0700 none \"$RUN\"", "No space left on device"),
        ("mount --bind \"$RUN\" \"$RUN\"; mount -o remount,bind,ro \"$RUN\"", "Read-only file system"),
    ]

    @Test("A restart that cannot record its lock ends with 74, and sends nothing", arguments: refusals)
    func refusal(_ script: String, _ words: String) throws {
        let home = try ScriptedHome()
        let command = try mosaic(home, after: script, "restart")
        #expect(try command.wait() == .exit(74), "\(command.errors)")
        let line = try #require(command.errorLines.first)
        #expect(line.contains(home.runDirectory) && line.contains(words), "\(command.errors)")
        #expect(command.errors.contains("hint: "))
        #expect(try home.sent().isEmpty)
        #expect(home.leftovers.isEmpty)
        #expect(try home.mosaic("restart").wait() == .exit(0))
    }

    @Test("remove stops nothing where the roster cannot be written")
    func removeOnAFullDisk() throws {
        let home = try ScriptedHome()
        try home.makeRunDirectory()
        let script = """
            cp -a "$HOME/home/fleet" "$HOME/kept"
            mount -t tmpfs -o size=128k,mode=0700 none "$HOME/home/fleet"
            cp -a "$HOME/kept/." "$HOME/home/fleet/"
            head -c 1000000 /dev/zero > "$HOME/home/fleet/filler" || true
            status=0
            "$@" || status=$?
            cmp "$HOME/kept/roster.toml" "$HOME/home/fleet/roster.toml"
            ls -A "$HOME/home/fleet"
            exit $status
            """
        let remove = try home.mosaic(
            ["remove", "a2"], wrapper: ["/usr/bin/unshare", "--mount", "/bin/sh", "-ec", script, "sh"])
        #expect(try remove.wait() == .exit(74), "\(remove.output) \(remove.errors)")
        #expect(remove.errors.contains("No space left on device"))
        #expect(try home.sent().isEmpty)
        #expect(!remove.output.contains(".new") && !remove.output.contains("differ"), "\(remove.output)")
    }

    private static let slowStop = ScriptedHome.Pace(
        stop: .seconds(1), holderStart: .zero, holderAnswers: .zero, agentStart: .zero)

    @Test("Another removal that was faster is told in its own words")
    func removedMeanwhile() throws {
        let home = try ScriptedHome(pace: Self.slowStop)
        let remove = try home.mosaic("remove", "a2")
        _ = try remove.waitForError("stopping a2")
        try ScriptedHome.write(ScriptedHome.roster(1), to: home.rosterPath)
        #expect(try remove.wait() == .exit(4), "\(remove.errors)")
        #expect(remove.errors.contains("no such agent: 'a2'"), "\(remove.errors)")
        #expect(!remove.errors.contains("still has") && !remove.errors.contains("again"), "\(remove.errors)")
    }

    @Test("remove of an agent that it stopped and could not remove names both ways on, and nothing behind them")
    func removeBesideAnEdit() throws {
        let home = try ScriptedHome(pace: Self.slowStop)
        let remove = try home.mosaic("remove", "a2")
        _ = try remove.waitForError("stopping a2")
        let folder = open(home.path + "/fleet", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(folder) }
        #expect(flock(folder, LOCK_EX) == 0)
        #expect(try remove.wait() == .exit(75), "\(remove.errors)")
        #expect(remove.errors.contains("stopped a2, but the roster still has it: another process"), "\(remove.errors)")
        let options = "--mosaic-home \(home.path)"
        #expect(
            remove.errors.contains(
                "bring it up with 'mosaic fleet start a2 \(options)', or run 'mosaic fleet remove a2 \(options)' again\n"
            ),
            "\(remove.errors)")
    }

    /// The limit is on descriptor *numbers*, so one that is inherited counts as well: with it the same limit ends
    /// otherwise. The test has some.
    private static func limited(_ limit: Int) -> [String] {
        let closing = "for file in /proc/$$/fd/*; do n=${file##*/}; ((n < 3)) || eval \"exec $n>&-\"; done"
        return ["/bin/bash", "-ec", "\(closing)\nulimit -n \(limit)\nexec \"$@\"", "bash"]
    }

    /// Three are the least that a process can be loaded with. With eight the lock of the home can be had, with ten the
    /// holder's, too, and then what the restart will owe cannot be written: it gives both back before it sends anything.
    @Test("With too few descriptors a restart ends with 74, and sends nothing", arguments: 4...10)
    func descriptors(_ limit: Int) throws {
        let home = try ScriptedHome()
        let command = try home.mosaic(
            ["restart"], wrapper: Self.limited(limit))
        #expect(try command.wait() == .exit(74), "\(command.errors)")
        #expect(command.errors.contains("ulimit -n"), "\(command.errors)")
        #expect(try home.sent().isEmpty)
        #expect(home.leftovers.isEmpty)
        #expect(try home.mosaic("restart").wait() == .exit(0))
    }

    @Test("With eleven descriptors and more a restart has enough", arguments: [11, 12, 16])
    func enoughDescriptors(_ limit: Int) throws {
        let home = try ScriptedHome()
        let command = try home.mosaic(
            ["restart", "--stable-for", "0"], wrapper: Self.limited(limit))
        #expect(try command.wait() == .exit(0), "\(command.errors)")
        #expect(home.leftovers.isEmpty)
    }

    @Test("A file size limit is an error, not a death by SIGXFSZ")
    func fileSize() throws {
        let home = try ScriptedHome()
        // Its messages go through a pipe: the limit is on files.
        let script = "{ (ulimit -c 0; ulimit -f 0; exec \"$@\"); echo \"status $?\"; } 2>&1 | cat"
        let command = try home.mosaic(["restart"], wrapper: ["/bin/sh", "-c", script, "sh"])
        #expect(try command.wait() == .exit(0))
        #expect(command.output.contains("status 74"), "\(command.output)")
        #expect(command.output.contains("File too large") && command.output.contains(home.runDirectory))
        #expect(try home.sent().isEmpty)
        #expect(home.leftovers.isEmpty)
        #expect(try home.mosaic("restart").wait() == .exit(0))
    }

    @Test("An owner whose run directory is removed sends nothing more and ends with 76")
    func removedUnderAnOwner() throws {
        let home = try ScriptedHome(pace: .slow)
        let command = try home.mosaic("restart")
        try command.waitForError("drain")
        let folder = home.runDirectory
        try eventually("\(folder) is gone") { removed(folder) }
        #expect(try command.wait() == .exit(76), "\(command.errors)")
        #expect(command.errors.contains(home.lockPath), "\(command.errors)")
        #expect(try home.sent().count < 2 * (home.agents.count + 1))
        let next = try home.mosaic("restart")
        #expect(try next.wait() == .exit(0), "\(next.errors)")
    }

    @Test("An owner whose run directory is moved away stops before the next one begins in a new directory")
    func movedUnderAnOwner() throws {
        var pace = ScriptedHome.Pace.instant
        pace.stop = .seconds(1)
        let home = try ScriptedHome(pace: pace)
        let first = try home.mosaic("restart")
        try eventually("it waits for the agents' stops") {
            try home.sent(by: first.pid).count == home.agents.count
        }
        // Frozen meanwhile, so that the next owner has the new lock before this one looks again.
        try home.freeze(first)
        #expect(rename(home.runDirectory, home.runDirectory + ".moved") == 0)
        let sent = try home.sent(by: first.pid).count
        let next = try home.mosaic("restart", "--stable-for", "0")
        try eventually("the next one has the lock of the new directory", state: next.errors) {
            try home.lockRecord()?.record.pid == next.pid
        }
        // The first one still has the holder's lock.
        #expect(try home.sent(by: next.pid).isEmpty)
        first.thaw()
        #expect(try first.wait() == .exit(76), "\(first.errors)")
        #expect(first.errors.contains("moved away"), "\(first.errors)")
        #expect(try home.sent(by: first.pid).count == sent)
        #expect(try next.wait() == .exit(0), "\(next.errors)")
        #expect(home.leftovers.isEmpty)
    }

    @Test("A waiting restart whose run directory is removed ends with 74 and sends nothing")
    func removedUnderAWaiter() throws {
        let home = try ScriptedHome()
        let owner = try home.idleOwner()
        let waiter = try home.mosaic("restart")
        try waiter.waitForError("waiting")
        let folder = home.runDirectory
        // Frozen meanwhile: between the lock's removal and the directory's it would acquire, and lose, the lock.
        try waiter.freeze()
        try eventually("\(folder) is gone") { removed(folder) }
        waiter.thaw()
        #expect(try waiter.wait() == .exit(74), "\(waiter.errors)")
        #expect(waiter.errors.contains(folder) && waiter.errors.contains("removed"), "\(waiter.errors)")
        #expect(try home.sent().isEmpty)
        owner.endInput()
        #expect(try home.mosaic("restart").wait() == .exit(0))
    }

    private func removed(_ folder: String) -> Bool {
        for entry in FolderListing(folder).entries { unlink(folder + "/" + entry.name) }
        return rmdir(folder) == 0
    }
}
