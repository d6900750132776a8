import FleetFake
import FleetGuard
import FleetKit
import FleetTestSupport
import FoundationEssentials
import Glibc
import Testing

/// Every class of error, provoked: the exit status of the contract, what happened to what, and the next step; in words
/// and as JSON.
@Suite("Every error", .timeLimit(.minutes(5)))
struct ErrorTableTests {
    /// What a class looks like from outside.
    struct Row {
        var status: Int32
        /// The file, unit, option or process that the message names.
        var names: String
        /// A word of the next step.
        var hint: String
    }

    private func row(_ code: FleetError.Code, _ home: ScriptedHome, _ owner: TestProcess?) -> Row {
        switch code {
        case .unitFailed: Row(status: 1, names: "mosaic-agent@a2.service", hint: "mosaic fleet logs -n 50 a2")
        case .notActive: Row(status: 3, names: "tmux server", hint: "mosaic fleet")
        case .noSuchUnit: Row(status: 4, names: "'nobody'", hint: "a1")
        case .usage: Row(status: 64, names: "--max-wait", hint: "mosaic fleet restart --help")
        case .noServiceManager: Row(status: 69, names: home.folder.path, hint: "loginctl enable-linger")
        case .io: Row(status: 74, names: home.runDirectory, hint: "check the file system")
        case .busy: Row(status: 75, names: "pid \(owner?.pid ?? 0)", hint: "mosaic fleet lock inspect")
        case .evicted: Row(status: 76, names: home.lockPath, hint: "mosaic fleet")
        case .unsafeHome: Row(status: 77, names: home.runDirectory, hint: "chmod")
        case .badRoster: Row(status: 78, names: "\(home.rosterPath):1:", hint: "version")
        case .commandNotExecutable: Row(status: 126, names: home.rosterPath, hint: "execute permission")
        case .commandNotFound: Row(status: 127, names: "no-such-program", hint: "PATH")
        case .interrupted: Row(status: 130, names: "mosaic-tmux-holder.service", hint: "mosaic fleet start")
        case .terminated: Row(status: 143, names: "mosaic-tmux-holder.service", hint: "mosaic fleet start")
        default: Row(status: -1, names: "a class without a row in this table", hint: "add one")
        }
    }

    @Test("Message, hint and exit status", arguments: FleetError.Code.all, [false, true])
    func error(_ code: FleetError.Code, isJSON: Bool) throws {
        let home = try ScriptedHome()
        let more = isJSON ? ["--json"] : []
        var owner: TestProcess?
        let terminal = try PseudoTerminal()
        let command: TestProcess
        switch code {
        case .unitFailed:
            var unit = FakeUnit.agent(home.agents[1], in: home.holder, runs: [.fails(.status(7))])
            unit.restart = .no
            try home.fleet.install(unit)
            command = try home.mosaic(["restart", "--stable-for", "0"] + more)
        case .notActive:
            let socket = "[holder]\nsocket = \"\(home.folder.path)/no-server\"\n"
            try ScriptedHome.write(
                ScriptedHome.roster(1).replacing("version = 1\n", with: "version = 1\n" + socket), to: home.rosterPath)
            command = try home.mosaic(["attach", "a1"] + more, input: .descriptor(terminal.descriptor))
        case .noSuchUnit: command = try home.mosaic(["restart", "nobody"] + more)
        case .usage: command = try home.mosaic(["restart", "--max-wait", "soon"] + more)
        case .noServiceManager:
            let nowhere = home.folder.path + "/runtime"
            try ScriptedHome.makeFolder(nowhere)
            command = try home.mosaic(["restart"] + more, environment: ["XDG_RUNTIME_DIR": nowhere], backend: "dbus")
        case .io:
            // Its messages go through a pipe: the limit is on files.
            let script = "(ulimit -c 0; ulimit -f 0; exec \"$@\") 2>&1 | cat >&2"
            command = try home.mosaic(["restart"] + more, wrapper: ["/bin/sh", "-c", script, "sh"])
        case .busy:
            owner = try home.idleOwner()
            command = try home.mosaic(["restart", "--no-wait"] + more)
        case .evicted:
            command = try home.slowRestart(more)
            try home.freeze(command)
            #expect(try home.mosaic("lock", "break", "--force", "--yes").wait() == .exit(0))
            command.thaw()
        case .unsafeHome:
            try home.makeRunDirectory()
            #expect(chmod(home.runDirectory, 0o777) == 0)
            command = try home.mosaic(["restart"] + more)
        case .badRoster:
            try ScriptedHome.write("version = 2\n", to: home.rosterPath)
            command = try home.mosaic(["restart"] + more)
        case .commandNotExecutable: command = try home.mosaic(["lock", "run"] + more + ["--", home.rosterPath])
        case .commandNotFound: command = try home.mosaic(["lock", "run"] + more + ["--", "no-such-program"])
        case .interrupted, .terminated:
            command = try home.slowRestart(more)
            command.signal(code == .interrupted ? SIGINT : SIGTERM)
        default:
            Issue.record("nothing here provokes \(code.rawValue)")
            return
        }
        let row = row(code, home, owner)
        let end = try command.wait()
        #expect(FleetError(code, "", hint: "").exitStatus.rawValue == row.status)
        // A pipe's status is its last program's.
        if code != .io { #expect(end == .exit(row.status), "\(command.errors)") }
        guard code != .unitFailed else {
            // What became of the units is the command's answer, not an error.
            #expect(command.output.contains(row.names) && command.output.contains(row.hint), "\(command.output)")
            return
        }
        if isJSON {
            let line = try #require(command.errorLines.last { $0.hasPrefix("{") }, "\(command.errors)")
            let document = try JSONDecoder().decode([String: Field].self, from: Data(line.utf8))
            #expect(document["code"] == .text(code.rawValue), "\(line)")
            #expect(document["schemaVersion"] == .number(1))
            guard case .text(let message) = document["message"], case .text(let hint) = document["hint"] else {
                Issue.record("no message or hint: \(line)")
                return
            }
            #expect(message.contains(row.names), "\(line)")
            #expect(hint.contains(row.hint), "\(line)")
        } else {
            let lines = command.errorLines
            let index = try #require(lines.firstIndex { $0.hasPrefix("mosaic fleet: error: ") }, "\(command.errors)")
            #expect(lines[index].contains(row.names), "\(command.errors)")
            #expect(!lines[index].hasSuffix("."))
            let hint = try #require(index + 1 < lines.count ? lines[index + 1] : nil, "\(command.errors)")
            #expect(hint.hasPrefix("  hint: ") && hint.contains(row.hint), "\(command.errors)")
        }
    }

    /// One member of the error document.
    private enum Field: Decodable, Equatable {
        case text(String)
        case number(Int)

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            do { self = .text(try value.decode(String.self)) } catch { self = .number(try value.decode(Int.self)) }
        }
    }
}

extension ScriptedHome {
    /// A restart that waits for its holder, which takes its time.
    fileprivate func slowRestart(_ more: [String]) throws -> TestProcess {
        var unit = FakeUnit(holder, runs: [.up(after: .seconds(5))])
        unit.linger = .milliseconds(1)
        try fleet.install(unit)
        let restart = try mosaic(["restart", "--stable-for", "0"] + more)
        try eventually("the holder's restart is sent") {
            try sent().contains { $0.pid == restart.pid && $0.unit == holder.rawValue }
        }
        return restart
    }
}
