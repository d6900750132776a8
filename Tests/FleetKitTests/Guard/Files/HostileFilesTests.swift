import FoundationEssentials
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Whatever stands in the run directory: no hang, nothing outside is touched, and the next restart owns the lock.
@Suite struct HostileFilesTests {
    enum Thing: String, CaseIterable, Sendable {
        case garbage, empty, huge, binary, fifo, directory, fullDirectory, linkToFile, linkToNothing, linkToDirectory
        case socket, hostileToken, otherVersion

        func make(at path: String, outside: String) throws {
            switch self {
            case .garbage: try write("not a record\n", path)
            case .empty: try write("", path)
            case .huge:
                try write("{", path)
                guard truncate(path, 1 << 32) == 0 else { throw Failure(errno) }  // sparse
            case .binary: try Data((0..<4096).map { UInt8(truncatingIfNeeded: $0) }).write(to: URL(filePath: path))
            case .fifo: guard mkfifo(path, 0o600) == 0 else { throw Failure(errno) }
            case .directory: guard mkdir(path, 0o700) == 0 else { throw Failure(errno) }
            case .fullDirectory:
                guard mkdir(path, 0o700) == 0 else { throw Failure(errno) }
                try write("precious", path + "/file")
            case .linkToFile: guard symlink(outside + "/target", path) == 0 else { throw Failure(errno) }
            case .linkToNothing: guard symlink(outside + "/absent", path) == 0 else { throw Failure(errno) }
            case .linkToDirectory: guard symlink(outside, path) == 0 else { throw Failure(errno) }
            case .socket:
                var address = sockaddr_un()
                address.sun_family = sa_family_t(AF_UNIX)
                withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix(107)) }
                let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
                defer { close(descriptor) }
                let result = withUnsafePointer(to: &address) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                    }
                }
                guard result == 0 else { throw Failure(errno) }
            case .hostileToken:
                var record = LockRecordTextTests.record
                record.token = "../../target"
                try Data(LockRecordText.firstLine(record)).write(to: URL(filePath: path))
            case .otherVersion:
                var record = LockRecordTextTests.record
                record.version = 99
                try Data(LockRecordText.firstLine(record)).write(to: URL(filePath: path))
            }
        }

        private func write(_ text: String, _ path: String) throws {
            try Data(text.utf8).write(to: URL(filePath: path))
        }

        struct Failure: Error {
            var number: CInt
            init(_ number: CInt) { self.number = number }
        }
    }

    /// A directory beside the run directory, whose content must stay as it is.
    private func makeOutside(_ arena: Arena) throws -> String {
        _ = try arena.calls()
        let outside = arena.home + "/outside"
        guard mkdir(outside, 0o700) == 0 else { throw Thing.Failure(errno) }
        try Data("precious".utf8).write(to: URL(filePath: outside + "/target"))
        return outside
    }

    private func isUntouched(_ outside: String) throws -> Bool {
        let content = try Data(contentsOf: URL(filePath: outside + "/target"))
        return try FileManager.default.contentsOfDirectory(atPath: outside) == ["target"]
            && content == Data("precious".utf8)
    }

    private func fleet(_ arena: Arena, _ time: ManualTime) throws -> Guard {
        let processes = FakeProcesses(pid: 1)
        return Guard(store: try arena.store(time: time, processes: processes), time: time, processes: processes)
    }

    @Test(.timeLimit(.minutes(10)), arguments: Thing.allCases)
    func `What is no record at restart lock is unreadable, and in nobody's way`(_ thing: Thing) throws {
        let arena = try Arena()
        let outside = try makeOutside(arena)
        try thing.make(at: arena.lockPath, outside: outside)
        let time = ManualTime()
        let fleet = try fleet(arena, time)
        let observation = try #require(try fleet.store.observe())
        guard case .unreadable(let reason) = observation.content else {
            Issue.record("\(observation)")
            return
        }
        #expect(!reason.isEmpty)
        let lock = try fleet.acquire(.test("me"), WaitPolicy(noWait: true))
        try lock.checkFence()
        #expect(time.now() == .seconds(1_000), "nobody waited")
        fleet.release(lock)
        #expect(try isUntouched(outside))
        if thing == .fullDirectory {
            let kept = try #require(try arena.leftovers().first)
            #expect(kept.hasPrefix("discarded-"))
            #expect(try arena.text(kept + "/file") == "precious")
        } else if thing != .directory {
            #expect(try arena.leftovers().isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(10)), arguments: Thing.allCases)
    func `Leftovers with our names are in nobody's way`(_ thing: Thing) throws {
        let arena = try Arena()
        let outside = try makeOutside(arena)
        for name in ["evicted-x", "evicted-00000000-0000-4000-8000-000000000000", "staging-x", "reap-1-2-3"] {
            try thing.make(at: arena.run + "/" + name, outside: outside)
        }
        let time = ManualTime()
        let fleet = try fleet(arena, time)
        for _ in 0..<2 {
            let lock = try fleet.acquire(.test("me"), WaitPolicy(noWait: true))
            #expect(time.now() == .seconds(1_000), "nobody waited")
            fleet.release(lock)
        }
        #expect(try isUntouched(outside))
        if thing != .directory && thing != .fullDirectory { #expect(try arena.leftovers().isEmpty) }
    }

    @Test(arguments: [Thing.garbage, .empty, .hostileToken, .otherVersion])
    func `Locked garbage is not abandoned: its holder is treated as a stalled owner`(_ thing: Thing) throws {
        let arena = try Arena()
        let outside = try makeOutside(arena)
        try thing.make(at: arena.lockPath, outside: outside)
        let descriptor = open(arena.lockPath, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        let time = ManualTime()
        let fleet = try fleet(arena, time)
        #expect(failure { try fleet.acquire(.test("me"), WaitPolicy(noWait: true)) }?.code == .busy)
        let observation = try #require(try fleet.store.observe())
        let owned = try #require(try fleet.store.takeOver(observation, on: .noProgress, .test("me")))
        let aside = try #require(try fleet.store.evicted().first)
        #expect(aside.observation.id == observation.id)
        #expect(aside.observation.kernelLock == .held)
        #expect(LockToken(String(aside.name.dropFirst("evicted-".count))) != nil)
        try fleet.store.release(owned)
        #expect(try isUntouched(outside))
    }

    @Test(.timeLimit(.minutes(10)), arguments: [Thing.fifo, .directory, .linkToFile, .linkToNothing, .socket])
    func `What is no file at restart mutex is an error that names it`(_ thing: Thing) throws {
        for mode in [MutexChoice.auto, .kernel, .path] {
            let arena = try Arena()
            let outside = try makeOutside(arena)
            try thing.make(at: arena.mutexPath, outside: outside)
            let error = failure { try arena.store(mutex: mode, time: ManualTime()).acquire(.test("me")) }
            #expect(error?.code == .io, "\(mode)")
            #expect(error?.message.contains(arena.mutexPath) == true, "\(String(describing: error))")
            #expect(try isUntouched(outside))
            #expect(try arena.leftovers().isEmpty)
        }
    }

    @Test func `A run directory that is removed underneath is an error, not a hang`() throws {
        let arena = try Arena()
        let store = try arena.store()
        let owned = try #require(try store.acquire(.test("me")))
        try FileManager.default.removeItem(atPath: arena.run)
        #expect(try !store.isOwned(owned))
        let error = failure { try store.acquire(.test("me")) }
        #expect(error?.code == .io)
        #expect(error?.hint.contains("removed") == true)
        #expect(failure { try store.release(owned) }?.code == .io)
    }
}
