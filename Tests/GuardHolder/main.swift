internal import FleetGuard
internal import FleetKit
internal import FoundationEssentials
internal import Glibc

// guard-holder COMMAND HOME [ARGUMENT]: does one thing to the guard's files as a process of its own, says so in one
// line, and stays until its standard input ends.

func say(_ line: String) {
    print(line)
    fflush(nil)
}

func fail(_ words: String) -> Never {
    say("error: \(words)")
    exit(1)
}

func waitForEnd() { while readLine() != nil {} }

struct MutexContent: Encodable {
    var mutex: String
    var token = LockToken.random().rawValue
    var holder: ProcessIdentity
}

func mutexContent(_ mode: String, _ processes: ProcFileSystem) throws -> [UInt8] {
    var bytes = Array(try JSONEncoder().encode(MutexContent(mutex: mode, holder: processes.me)))
    bytes += Array(repeating: UInt8(ascii: " "), count: max(0, 511 - bytes.count))
    return bytes + [UInt8(ascii: "\n")]
}

func openDescriptors() -> Int {
    guard let stream = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(stream) }
    var count = 0
    while readdir(stream) != nil { count += 1 }
    return count
}

func descriptorsWithoutCloseOnExec() -> [Int32] {
    (3..<256).filter { descriptor in
        let flags = fcntl(descriptor, F_GETFD)
        return flags >= 0 && flags & FD_CLOEXEC == 0
    }
}

let arguments = CommandLine.arguments
guard arguments.count >= 3 else { fail("usage: guard-holder COMMAND HOME [ARGUMENT]") }
let home = arguments[2]
let mutexPath = home + "/fleet/run/restart.mutex"
let request = LockRequest(scope: .fleet, command: "guard-holder", reason: "a test")

do {
    let processes = try ProcFileSystem()
    let time = SystemTime()
    func makeGuard() throws -> Guard {
        Guard(
            store: try FileLockStore.open(home: home, mutex: .auto, time: time, processes: processes), time: time,
            processes: processes)
    }
    switch arguments[1] {
    case "lock":  // owns the restart lock
        let owned = try makeGuard().acquire(request, WaitPolicy())
        say("owns \(owned.record.token)")
        waitForEnd()
    case "lock-with-child":  // a command of the owner's holds the lock too; its pid is said
        let lock = try makeGuard().acquire(request, WaitPolicy())
        guard let descriptor = lock.commandDescriptor else { fail("no descriptor") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, descriptor, 9)
        var child = pid_t()
        let words: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sleep"), strdup("600"), nil]
        guard posix_spawn(&child, "/bin/sleep", &actions, nil, words, environ) == 0 else { fail("spawn") }
        say("child \(child)")
        waitForEnd()
    case "kernel-mutex":  // inside the registry mutex, as a mosaic command is
        let descriptor = open(mutexPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else { fail("lock") }
        let content = try mutexContent("kernel", processes)
        guard pwrite(descriptor, content, content.count, 0) == content.count else { fail("write") }
        say("inside")
        waitForEnd()
    case "path-mutex":
        let descriptor = open(mutexPath, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { fail("create") }
        let content = try mutexContent("path", processes)
        guard write(descriptor, content, content.count) == content.count else { fail("write") }
        say("inside")
        waitForEnd()
    case "cycles":  // counts open descriptors around N acquire/release cycles
        let guarded = try makeGuard()
        let store = guarded.store
        func cycle() throws {
            let lock = try guarded.acquire(request, WaitPolicy())
            if let observation = try store.observe() {
                let watch = try store.makeWatch()
                for _ in 0..<2 { try watch.wait(after: observation, timeout: .zero) }
                watch.close()
                if try !store.breakLock(observation, on: .forced) { fail("not broken") }
            }
            for owner in try store.evicted() { try store.bury(owner) }
            guarded.release(lock)
        }
        try cycle()
        let before = openDescriptors()
        for _ in 0..<(Int(arguments[3]) ?? 0) { try cycle() }
        say("\(before) \(openDescriptors())")
    case "uncontended":  // N acquires and releases that nobody disturbs
        let guarded = try makeGuard()
        for _ in 0..<(Int(arguments[3]) ?? 0) { guarded.release(try guarded.acquire(request, WaitPolicy())) }
    case "inherited":  // every descriptor that an exec would pass on while the lock is held and watched
        let before = descriptorsWithoutCloseOnExec()
        let guarded = try makeGuard()
        let lock = try guarded.acquire(request, WaitPolicy())
        let watch = try guarded.store.makeWatch()
        let leaked = descriptorsWithoutCloseOnExec().filter { !before.contains($0) }
        say("\(openDescriptors()) \(leaked)")
        watch.close()
        guarded.release(lock)
    case "history":  // appends records to a small history, one after the other
        let file = HistoryFile(home: home, limit: 40_000)
        for number in 0..<(Int(arguments[3]) ?? 0) {
            try file.append(
                HistoryRecord(
                    .restart, by: processes.me, command: "guard-holder", reason: arguments[4], scope: .fleet,
                    startedAt: "", endedAt: "", result: "\(number)"))
        }
    case "starved":  // judges its own liveness when no file can be opened any more
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(7), &limit)  // RLIMIT_NOFILE, an enumerator that Swift does not see
        say("\(processes.liveness(of: processes.me))")
    default: fail("unknown command \(arguments[1])")
    }
} catch {
    fail("\(error)")
}
