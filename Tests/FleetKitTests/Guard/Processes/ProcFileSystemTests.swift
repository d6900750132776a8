import FoundationEssentials
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite struct ProcFileSystemTests {
    @Test func `This process is alive, and knows itself`() throws {
        let processes = try ProcFileSystem()
        #expect(processes.me.pid == getpid())
        #expect(processes.me.uid == geteuid())
        #expect(processes.liveness(of: processes.me) == .alive)
        #expect(processes.identify(getpid()) == processes.me)
        #expect(processes.runsMyProgram(getpid()))
        #expect(!processes.kill(processes.me), "nobody kills himself")
    }

    @Test func `A number that another process has now is gone; another boot or namespace is told apart`() throws {
        let processes = try ProcFileSystem()
        func liveness(_ change: (inout ProcessIdentity) -> Void) -> Liveness {
            var other = processes.me
            change(&other)
            return processes.liveness(of: other)
        }
        #expect(liveness { $0.start += 1 } == .gone)
        #expect(liveness { $0.pid = Int32.max } == .gone)
        #expect(liveness { $0.bootID = "another" } == .gone, "this host, before its last boot")
        #expect(liveness { ($0.bootID, $0.host) = ("another", "elsewhere") } == .unknowable)
        #expect(liveness { $0.pidNamespace += 1 } == .unknowable)
    }

    @Test func `Only a process that is proved to be the recorded one is killed`() throws {
        let processes = try ProcFileSystem()
        let arena = try Arena()
        let child = try Child.holder("lock", arena.home)
        #expect(child.line() != nil)
        let identity = try #require(processes.identify(child.pid))
        func kill(_ change: (inout ProcessIdentity) -> Void) -> Bool {
            var other = identity
            change(&other)
            return processes.kill(other)
        }
        #expect(!kill { $0.start += 1 })
        #expect(!kill { $0.pidNamespace += 1 })
        #expect(!kill { $0.bootID = "another" })
        #expect(!kill { $0.uid += 1 })
        #expect(Glibc.kill(child.pid, 0) == 0)
        #expect(processes.liveness(of: identity) == .alive)
        #expect(!processes.runsMyProgram(child.pid))
        #expect(kill { _ in })
        child.waitUntilZombie()
        #expect(processes.liveness(of: identity) == .gone, "a zombie sends nothing more")
        child.wait()
        #expect(processes.liveness(of: identity) == .gone)
        #expect(!kill { _ in })
    }

    @Test func `A stopped process is alive`() throws {
        let processes = try ProcFileSystem()
        let child = try Child(["/bin/sh", "-c", "echo here; read line"])
        #expect(child.line() == "here")
        child.stop()
        #expect(processes.liveness(of: try #require(processes.identify(child.pid))) == .alive)
    }

    @Test(arguments: ["a) R 1 (b", ") Z 1", "x y z", "((((", "))))"])
    func `A program's name cannot fake its state or start time`(_ name: String) throws {
        let arena = try Arena()
        let program = arena.home + "/" + name
        #expect(symlink("/bin/sh", program) == 0)
        let child = try Child([program, "-c", "echo here; read line"])
        #expect(child.line() == "here")
        let comm = try String(contentsOf: URL(filePath: "/proc/\(child.pid)/comm"), encoding: .utf8)
        #expect(comm == name + "\n")
        let processes = try ProcFileSystem()
        let identity = try #require(processes.identify(child.pid))
        #expect(identity.start >= processes.me.start)
        #expect(processes.liveness(of: identity) == .alive)
    }

    @Test func `Where nothing can be opened any more, nobody is declared dead`() throws {
        let child = try Child.holder("starved", "/")
        #expect(child.line() == "unknowable")
    }

    @Test func `The exclusive holder is found, also one that inherited the lock; readers are not`() throws {
        let arena = try Arena()
        let processes = try ProcFileSystem()
        try arena.write([], to: "file")
        let path = arena.run + "/file"
        var status = stat()
        #expect(stat(path, &status) == 0)
        let file = FileID(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        // A reader, and one with a shared lock.
        let reader = try Child(["/bin/sh", "-c", "exec 8<'\(path)'; echo here; read line"])
        #expect(reader.line() == "here")
        let sharer = try Child(["/usr/bin/flock", "--shared", path, "/bin/sh", "-c", "echo here; read line"])
        #expect(sharer.line() == "here")
        #expect(processes.exclusiveHolders(of: file).isEmpty)
        sharer.endInput()
        sharer.wait()
        // flock keeps the lock and its command inherits the descriptor: both hold it.
        let holder = try Child(["/usr/bin/flock", path, "/bin/sh", "-c", "echo $$; read line"])
        let command = try #require(holder.line().flatMap { Int32($0) })
        #expect(Set(processes.exclusiveHolders(of: file)) == [holder.pid, command])
        holder.signal(SIGKILL)
        holder.wait()
        #expect(processes.exclusiveHolders(of: file) == [command])
        holder.endInput()  // its command reads the end and goes
        reader.endInput()
    }
}
