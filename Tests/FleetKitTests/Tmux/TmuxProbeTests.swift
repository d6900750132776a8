import FleetTestSupport
import Foundation
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("Tmux probe", .timeLimit(.minutes(10)), .serialized)
struct TmuxProbeTests {
    let directory = FakeDirectory()
    var socket: TmuxSocket { .path(directory.path + "/s") }
    var environment: [String: String] { ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"] }

    private func probe(limit: Duration = .seconds(3)) throws -> TmuxProbe {
        let program = try TmuxProgram.find(environment: environment)
        let client = TmuxClient(program: program, environment: environment, limit: limit)
        return TmuxProbe(socket: socket) { arguments throws(FleetError) in
            try client.run(arguments)
        }
    }

    /// A server in the foreground, as the holder runs it.
    private func server() throws -> TestProcess {
        let program = try TmuxProgram.find(environment: environment)
        return try TestProcess([program] + socket.arguments + ["-f", "/dev/null", "-D"], environment: environment)
    }

    private func answer(_ probe: TmuxProbe, _ server: TestProcess, until wanted: (ProbeAnswer) -> Bool) throws
        -> ProbeAnswer
    {
        let clock = SystemClock()
        let deadline = clock.now() + .seconds(20)
        var answer = try probe.ask(among: [server.pid])
        while !wanted(answer) && clock.now() < deadline {
            clock.sleep(for: .milliseconds(5))
            answer = try probe.ask(among: [server.pid])
        }
        return answer
    }

    @Test func withoutAServerItIsSilentAndNoneIsStarted() throws {
        let answer = try probe().ask(among: [getpid()])
        guard case .silent(let why) = answer else { return #expect(Bool(false), "\(answer)") }
        #expect(why.contains("none of its processes is a tmux server that listens on"))
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/s"))
    }

    @Test func aServerThatIsNotAmongTheHoldersProcessesDoesNotCount() throws {
        let process = try server()
        _ = try answer(probe(), process) { $0 == .answers(server: process.pid) }
        guard case .silent = try probe().ask(among: [getpid()]) else { return #expect(Bool(false)) }
    }

    @Test func aLostSocketComesBackAndAnotherServerInItsPlaceIsNamed() throws {
        let path = directory.path + "/s"
        func server() throws -> TestProcess {
            let program = try TmuxProgram.find(environment: environment)
            let process = try TestProcess([program, "-S", path, "-f", "/dev/null", "-D"], environment: [:])
            try eventually("its socket") { ListeningSocket.look(at: path) == .listener(process.pid) }
            return process
        }
        let process = try server()
        let up = ProbeAnswer.answers(server: process.pid)
        try FileManager.default.removeItem(atPath: path)
        #expect(try probe().ask(among: [process.pid]) == up)
        try FileManager.default.removeItem(atPath: path)
        let stranger = try server()
        guard case .foreign(let what) = try probe().ask(among: [process.pid]) else { return #expect(Bool(false)) }
        #expect(what.contains("process \(stranger.pid)") && what.contains("(process \(process.pid))"))
    }

    @Test func anEmptyServerAnswersWithItsProcess() throws {
        let process = try server()
        let found = try answer(probe(), process) {
            $0 != .silent("") && $0 == .answers(server: process.pid)
        }
        #expect(found == .answers(server: process.pid))
    }

    @Test func theSocketOfADeadServerIsSilent() throws {
        let process = try server()
        _ = try answer(probe(), process) { $0 == .answers(server: process.pid) }
        process.signal(SIGKILL)
        #expect(try process.wait() == .signal(SIGKILL))
        #expect(FileManager.default.fileExists(atPath: directory.path + "/s"))
        guard case .silent = try probe().ask(among: [process.pid]) else { return #expect(Bool(false)) }
    }

    @Test func aHungServerIsSilentWithinTheLimit() throws {
        let process = try server()
        _ = try answer(probe(), process) { $0 == .answers(server: process.pid) }
        process.signal(SIGSTOP)
        #expect(
            try probe(limit: .milliseconds(300)).ask(among: [process.pid])
                == .silent("tmux does not exit: its server hangs"))
    }

    @Test func aClientInheritsNoDescriptorOfOurs() throws {
        // No O_CLOEXEC on purpose: not even such a one may reach tmux.
        let leak = open("/dev/null", O_RDONLY)
        defer { close(leak) }
        #expect(dup2(leak, 77) == 77)
        defer { close(77) }
        let client = TmuxClient(program: "/bin/ls", environment: environment)
        let reply = try client.run(["/proc/self/fd"])
        #expect(reply.status == 0)
        let numbers = reply.output.split(separator: "\n").compactMap { Int($0) }
        // 3 is ls reading the directory.
        #expect(numbers.sorted() == [0, 1, 2, 3])
    }

    @Test func aMissingProgramIsNamed() {
        let error = #expect(throws: FleetError.self) {
            try TmuxClient(program: "/none/tmux", environment: [:]).run([])
        }
        #expect(error?.message.contains("/none/tmux") == true)
        #expect(throws: FleetError.self) {
            try TmuxProbe(socket: .name("x"), environment: ["PATH": "relative:/none"])
        }
    }
}
