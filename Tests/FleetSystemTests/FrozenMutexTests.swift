import FleetTestSupport
import Glibc
import Testing

@Suite("Registry mutex between processes", .timeLimit(.minutes(10)))
struct FrozenMutexTests {
    @Test("A mutex holder that is frozen with SIGSTOP does not wedge the fleet")
    func frozen() throws {
        let home = try ScriptedHome()
        try home.makeRunDirectory()
        let holder = try TestProcess(
            [try BuiltProduct.path("guard-holder"), "kernel-mutex", home.path], environment: home.environment,
            input: .open)
        try holder.waitForOutput("inside")
        try holder.freeze()
        let restart = try home.mosaic("restart", "--stable-for", "0")
        #expect(try restart.wait() == .exit(0))
        #expect(try holder.wait(within: .seconds(1)) == .signal(SIGKILL))
        #expect(home.leftovers.isEmpty)
    }

    @Test("A process that dies in the mutex wedges nobody")
    func dead() throws {
        let home = try ScriptedHome()
        try home.makeRunDirectory()
        let holder = try TestProcess(
            [try BuiltProduct.path("guard-holder"), "kernel-mutex", home.path], environment: home.environment,
            input: .open)
        try holder.waitForOutput("inside")
        let restart = try home.mosaic("restart", "--stable-for", "0")
        holder.signal(SIGKILL)
        // Far below the 5 s after which a holder counts as frozen.
        #expect(try restart.wait(within: .seconds(4)) == .exit(0))
    }

    /// Somebody else's program in the mutex: it is named, and left alone.
    @Test("A frozen holder that is not ours is named and not killed")
    func foreign() throws {
        let home = try ScriptedHome()
        try home.makeRunDirectory()
        let path = home.runDirectory + "/restart.mutex"
        let holder = try TestProcess(
            ["/usr/bin/flock", "--no-fork", path, "/bin/sleep", "infinity"], environment: home.environment)
        try eventually("flock has become sleep, with the lock held") {
            holder.isRunning && commandName(holder.pid) == "sleep"
        }
        let restart = try home.mosaic("restart")
        #expect(try restart.wait() == .exit(74))
        #expect(restart.errors.contains("\(path) has been held for 5.0 seconds by process \(holder.pid)"))
        #expect(restart.errors.contains("hint: "))
        #expect(holder.isRunning)
        #expect(try home.sent().isEmpty)
    }

    private func commandName(_ pid: pid_t) -> String? {
        TestProcess.contents("/proc/\(pid)/comm").split(separator: "\n").first.map(String.init)
    }
}
