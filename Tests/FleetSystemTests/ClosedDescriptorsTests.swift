import FleetGuard
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// Standard descriptors that the caller closed: the next files that are opened must not take their numbers, or messages
/// would be written into the registry mutex, the lock record or the history.
@Suite("Closed standard descriptors", .timeLimit(.minutes(5)))
struct ClosedDescriptorsTests {
    /// Every choice of 0, 1 and 2 that closes at least one.
    static let choices: [[Int]] = (1..<8).map { bits in (0...2).filter { bits & 1 << $0 != 0 } }

    private func without(_ closed: [Int]) -> [String] {
        let words = closed.map { $0 == 0 ? "<&-" : "\($0)>&-" }.joined(separator: " ")
        return ["/bin/sh", "-c", "exec \"$@\" \(words)", "sh"]
    }

    @Test("Nothing but records gets into the files of the run directory", arguments: choices)
    func restart(_ closed: [Int]) throws {
        let home = try ScriptedHome()
        let command = try home.mosaic("restart", "-v", wrapper: without(closed))
        #expect(try command.wait() == .exit(0), "\(command.errors)")
        let mutex = Array(TestProcess.contents(home.runDirectory + "/restart.mutex").utf8)
        #expect(mutex.count == 512 && mutex.last == UInt8(ascii: "\n") && mutex.count { $0 == UInt8(ascii: "\n") } == 1)
        #expect(mutex.first == UInt8(ascii: "{"))
        #expect(home.leftovers.isEmpty, "\(home.leftovers)")
        let history = TestProcess.contents(home.path + "/fleet/history.jsonl")
        #expect(history.split(separator: "\n").map { HistoryRecord.parse($0.utf8) != nil } == [true], "\(history)")
    }

    /// The lock record is open while the command runs, so each process of ours on the way to it must have a place of its
    /// own for its words; and so must the command itself, which gets what it was given.
    @Test("A lock run, its keeper and its command have all three", arguments: choices)
    func lockRun(_ closed: [Int]) throws {
        let home = try ScriptedHome()
        let seen = home.folder.path + "/seen"
        let script = """
            for process in $$ $PPID; do
                for number in 0 1 2; do readlink /proc/$process/fd/$number || echo closed; done
            done > '\(seen)'
            cat '\(home.lockPath)' > '\(seen).lock'
            echo words; echo words >&2
            """
        let command = try home.mosaic(
            "lock", "run", "-v", "--", "/bin/sh", "-c", script, wrapper: without(closed))
        #expect(try command.wait() == .exit(0), "\(command.errors)")
        let lines = TestProcess.contents(seen).split(separator: "\n").map(String.init)
        try #require(lines.count == 6)
        for (place, target) in lines.enumerated() where closed.contains(place % 3) {
            // The script's own standard output is the file while it looks.
            if place == 1 { continue }
            #expect(target == "/dev/null", "process \(place / 3), descriptor \(place % 3)")
        }
        _ = try LockRecordText(parsing: Array(TestProcess.contents(seen + ".lock").utf8))
    }

    /// The kernel keeps no status of the children of such a process.
    @Test("A caller that ignores SIGCHLD learns how its programs ended")
    func ignoredChildren() throws {
        let home = try ScriptedHome()
        let wrapper = ["/usr/bin/env", "--ignore-signal=CHLD"]
        let doctor = try home.mosaic("doctor", wrapper: wrapper)
        _ = try doctor.wait()
        #expect(doctor.output.contains("ok       tmux"), "\(doctor.output)\(doctor.errors)")
        let run = try home.mosaic("lock", "run", "--", "/bin/sh", "-c", "exit 5", wrapper: wrapper)
        #expect(try run.wait() == .exit(5), "\(run.errors)")
    }

    @Test("The holder of the guard's tests has them, too", arguments: choices.filter { !$0.contains(0) })
    func guardHolder(_ closed: [Int]) throws {
        let home = try ScriptedHome()
        let owner = try TestProcess(
            without(closed) + [try BuiltProduct.path("guard-holder"), "lock", home.path],
            environment: home.environment, input: .open)
        try eventually("the lock is held") { try home.lockRecord() != nil }
        for number in closed {
            var buffer = [CChar](repeating: 0, count: 64)
            let count = readlink("/proc/\(owner.pid)/fd/\(number)", &buffer, buffer.count)
            #expect(
                String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self) == "/dev/null")
        }
        owner.endInput()
        #expect(try owner.wait() == .exit(0))
    }

    @Test("Without a /dev/null nothing is begun")
    func noNull() throws {
        let home = try ScriptedHome()
        let fake = home.folder.path + "/null"
        try ScriptedHome.write("", to: fake)
        let inside = "mount --bind '\(fake)' /dev/null && exec \"$@\" >&-"
        let command = try home.mosaic(
            "restart",
            wrapper: ["/usr/bin/unshare"] + (geteuid() == 0 ? ["-m"] : ["-rm"]) + ["/bin/sh", "-c", inside, "sh"])
        #expect(try command.wait() == .exit(74), "\(command.errors)")
        #expect(TestProcess.contents(fake).isEmpty)
        #expect(!home.lockExists && FolderListing(home.runDirectory).entries.isEmpty)
    }
}
