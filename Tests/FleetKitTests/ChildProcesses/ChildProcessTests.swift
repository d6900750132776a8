import Dispatch
import FleetTestSupport
import Foundation
import Testing

@testable import FleetGuard
@testable import FleetKit

/// The one runner of programs, with programs that do not behave. A safety net of minutes, so that only the wrong ending can
/// tell of a busy machine.
@Suite("Child processes", .timeLimit(.minutes(10)))
struct ChildProcessTests {
    private let folder = FakeDirectory()

    private func shell(_ script: String) -> ChildProcess {
        ChildProcess(
            executable: "/bin/sh", arguments: ["-c", "echo $$ > \(folder.path)/pid; \(script)"],
            environment: ["PATH": "/usr/bin:/bin"])
    }

    private func number(_ file: String) throws -> pid_t {
        try #require(pid_t(TestProcess.contents(folder.path + "/" + file).filter(\.isNumber)))
    }

    /// Neither runs nor is a zombie of ours.
    private func isGone() throws -> Bool {
        let process = try number("pid")
        return waitpid(process, nil, WNOHANG) < 0 && errno == ECHILD
    }

    @Test func `A flood on standard output ends with the limit, and the program with it`() throws {
        let error = #expect(throws: FleetError.self) {
            try shell("exec yes").run(limit: 1 << 20, timeout: .seconds(300))
        }
        #expect(error?.code == .io)
        #expect(error?.message.contains("wrote more than 1048576 bytes") == true, "\(String(describing: error))")
        #expect(try isGone())
    }

    @Test func `A program that is being written is started once it is whole`() throws {
        let program = folder.path + "/program"
        let file = open(program, O_WRONLY | O_CREAT | O_CLOEXEC, 0o755)
        try #require(file >= 0)
        try #require(write(file, "#!/bin/sh\nexit 5\n", 17) == 17)
        let child = ChildProcess(executable: program, arguments: [], environment: [:])
        let error = #expect(throws: FleetError.self) { try child.run(timeout: .seconds(300)) }
        #expect(error?.message.contains("Text file busy") == true, "\(String(describing: error))")
        // While it is being tried.
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(100)) { close(file) }
        #expect(try child.run(timeout: .seconds(300)).ending == .exited(5))
    }

    @Test func `A flood on standard error is not kept and stops nothing`() throws {
        let result = try shell("head -c 5000000 /dev/zero >&2; echo end").run(timeout: .seconds(300))
        #expect(result.ending == .exited(0))
        #expect(result.standardOutput == "end\n")
        #expect(result.standardError.utf8.count == 1 << 20)
    }

    @Test func `Only so much of both streams is kept`() throws {
        let result = try shell("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; exit 4")
            .run(input: nil, keeping: 100, timeout: .seconds(300))
        #expect(result.ending == .exited(4))
        #expect(result.standardOutput.utf8.count == 100)
        #expect(result.standardError.utf8.count == 100)
    }

    @Test func `A program that has closed its streams is waited for`() throws {
        let result = try shell("echo said; exec >&- 2>&-; sleep 0.3; exit 7").run(timeout: .seconds(300))
        #expect(result == .init(ending: .exited(7), standardOutput: "said\n", standardError: ""))
        let hung = try shell("exec >&- 2>&-; exec sleep 600").run(timeout: .milliseconds(300))
        #expect(hung.ending == .timedOut)
        #expect(try isGone())
    }

    @Test(arguments: [Duration?.none, .seconds(300)])
    func `What a program leaves running does not keep its end back`(_ timeout: Duration?) throws {
        let result = try shell("sleep 600 & echo $! > \(folder.path)/left; echo last; exit 3").run(timeout: timeout)
        kill(try number("left"), SIGKILL)
        #expect(result == .init(ending: .exited(3), standardOutput: "last\n", standardError: ""))
    }

    @Test func `A descendant that floods the streams does not keep the end back`() throws {
        let result = try shell("yes & echo $! > \(folder.path)/left; exit 3")
            .run(input: nil, keeping: 100, timeout: .seconds(300))
        kill(try number("left"), SIGKILL)
        #expect(result.ending == .exited(3))
    }

    @Test func `The whole output is there, however it came`() throws {
        let result = try shell("for n in 1 2 3 4 5 6 7 8; do head -c 65536 /dev/zero | tr '\\0' $n; done")
            .run(timeout: .seconds(300))
        #expect(result.standardOutput == (1...8).map { String(repeating: "\($0)", count: 65_536) }.joined())
    }

    @Test func `A wait that is cut off leaves no process behind`() throws {
        let cut = FleetError(.interrupted, "cut", hint: "")
        var looks = 0
        let error = #expect(throws: FleetError.self) {
            try shell("exec sleep 600").run { () throws(FleetError) in
                looks += 1
                // Once the script has written its number.
                if FileManager.default.contents(atPath: folder.path + "/pid")?.isEmpty == false { throw cut }
            }
        }
        #expect(error?.code == .interrupted)
        #expect(looks > 0)
        #expect(try isGone())
    }

    @Test func `The end by a signal is told as one`() throws {
        #expect(try shell("kill -TERM $$").run(timeout: .seconds(300)).ending == .signaled(SIGTERM))
    }

    @Test func `Input of any size is fed, and one that is not read raises no signal`() throws {
        let input = [UInt8](repeating: UInt8(ascii: "x"), count: 3_000_000)
        let counted = try shell("wc -c").run(input: input, keeping: 100, timeout: .seconds(300))
        #expect(counted.standardOutput.filter(\.isNumber) == "3000000")
        #expect(
            try shell("exec <&-; sleep 0.2; exit 5").run(input: input, keeping: 9, timeout: .seconds(300)).ending
                == .exited(5))
    }

    @Test func `A program gets no blocked and no ignored signal of ours`() async throws {
        // The mask is a thread's own; a disposition is the process's, of a signal that nothing else here uses.
        let result = try await onOwnThread {
            var set = sigset_t()
            var mask = sigset_t()
            sigemptyset(&set)
            for number in [SIGTERM, SIGINT, SIGCHLD, SIGUSR1] { sigaddset(&set, number) }
            pthread_sigmask(SIG_BLOCK, &set, &mask)
            let before = signal(SIGWINCH, SIG_IGN)
            defer {
                signal(SIGWINCH, before)
                pthread_sigmask(SIG_SETMASK, &mask, nil)
            }
            return try ChildProcess(
                executable: "/bin/grep", arguments: ["-E", "Sig(Blk|Ign)", "/proc/self/status"], environment: [:]
            ).run(timeout: .seconds(300))
        }
        let lines = result.standardOutput.split(separator: "\n")
        #expect(lines.count == 2)
        for line in lines {
            let bits = try #require(UInt64(line.split(separator: "\t").last ?? "", radix: 16))
            // SIGHUP is ignored where it is here; glibc ignores its own two, 32 and 33, and sets them again in a new program.
            let others = [SIGHUP, 32, 33].reduce(into: UInt64(0)) { $0 |= 1 << UInt64($1 - 1) }
            #expect(bits & ~others == 0, "\(line)")
        }
    }

    @Test func `A program that cannot be started is named, and leaves nothing open`() throws {
        for path in ["/none/such", "/", folder.path] {
            let error = #expect(throws: FleetError.self) {
                try ChildProcess(executable: path, arguments: [], environment: [:]).run()
            }
            #expect(error?.code == .io)
            #expect(error?.message.contains(path) == true)
        }
    }
}
