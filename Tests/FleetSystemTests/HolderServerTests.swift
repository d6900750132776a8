import FleetTestSupport
import Glibc
import Testing

/// The fleet's tmux server is the holder's, whatever the caller's shell says of tmux.
@Suite("The holder's server, for real", .serialized, .timeLimit(.minutes(10)))
struct HolderServerTests {
    private func program() throws -> String { try BuiltProduct.path("mosaic") }

    private func mosaic(_ fleet: RealFleet, _ words: String..., with extra: [String: String] = [:]) throws
        -> TestProcess
    {
        try TestProcess(
            [try program(), "fleet"] + words, environment: fleet.environment.merging(extra) { $1 })
    }

    private func server(_ fleet: RealFleet) throws -> pid_t {
        let text = try fleet.systemctl("show", "--value", "-p", "MainPID", RealFleet.holder)
        return try #require(pid_t(text.split(separator: "\n").first ?? ""))
    }

    /// Where it listens, as tmux itself says.
    private func socket(_ fleet: RealFleet) throws -> String {
        let tmux = try TestProcess(
            ["/usr/bin/tmux", "-N", "-L", "mosaic-fleet", "display-message", "-p", "#{socket_path}"],
            environment: fleet.environment)
        try tmux.wait()
        return try #require(tmux.output.split(separator: "\n").first.map(String.init))
    }

    private func folder(of path: String) -> String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }

    @Test("another TMUX_TMPDIR in the caller's shell than in the manager changes nothing")
    func otherFolder() throws {
        let fleet = try RealFleet(agents: 2)
        let elsewhere = fleet.folder.path + "/t"
        try ScriptedHome.makeFolder(elsewhere)
        for variable in [["TMUX_TMPDIR": elsewhere], ["TMUX_TMPDIR": "/nonexistent"], ["TMUX": "/x/mosaic-fleet,1,0"]] {
            for words in [["restart"], ["restart", "a01"], ["doctor"]] {
                let options = words[0] == "restart" ? ["--stable-for", "0"] : []
                let process = try TestProcess(
                    [try program(), "fleet"] + words + options, environment: fleet.environment.merging(variable) { $1 })
                let end = try process.wait(within: .seconds(60))
                if words[0] == "doctor" {
                    #expect(process.output.contains("in \(RealFleet.holder)"), "\(process.output)")
                } else {
                    #expect(end == .exit(0), "\(words) \(variable): \(process.errors)")
                    #expect(!process.errors.contains("runs in a window"))
                }
            }
            let terminal = try TmuxTerminal(
                [try program(), "fleet", "attach", "a01"], environment: fleet.environment.merging(variable) { $1 })
            try eventually("a client on a01") { try clients(fleet).contains("a01") }
            #expect(try detached(terminal) == 0)
        }
        #expect(try fleet.troubles() == [])
        #expect(FolderListing(elsewhere).entries.isEmpty)
    }

    /// tmux discards what is typed before its client has set up the terminal, which happens after it is listed.
    private func detached(_ terminal: TmuxTerminal) throws -> Int32? {
        try eventually("the end of the client") {
            if let status = try terminal.exitStatus() { return status }
            try terminal.press("C-b", "d")
            return nil
        }
    }

    private func clients(_ fleet: RealFleet) throws -> [String] {
        let list = try TestProcess(
            ["/usr/bin/tmux", "-N", "-L", "mosaic-fleet", "list-clients", "-F", "#{session_name}"],
            environment: fleet.environment)
        try list.wait()
        return list.output.split(separator: "\n").map(String.init)
    }

    @Test(
        "a removed socket comes back without a restart of the holder",
        arguments: ["restart a01", "start a02", "attach a01", "doctor --fix"], [false, true])
    func removed(_ command: String, withFolder: Bool) throws {
        let fleet = try RealFleet(agents: 2)
        if command == "start a02" { try fleet.must(fleet.mosaic("stop", "a02")) }
        let (pid, path) = (try server(fleet), try socket(fleet))
        let holder = try fleet.units()[0].invocation
        #expect(unlink(path) == 0)
        if withFolder { #expect(rmdir(folder(of: path)) == 0) }
        let doctor = try mosaic(fleet, "doctor")
        #expect(try doctor.wait() == .exit(1))
        #expect(doctor.output.contains("doctor --fix") && doctor.output.contains(path), "\(doctor.output)")
        #expect(!doctor.output.contains("mosaic fleet restart'") && access(path, F_OK) != 0)
        let words = command.split(separator: " ").map(String.init)
        if words[0] == "attach" {
            let terminal = try TmuxTerminal([try program(), "fleet"] + words, environment: fleet.environment)
            try eventually("a client on a01") { try clients(fleet).contains("a01") }
            #expect(try detached(terminal) == 0)
        } else {
            let options = words[0] == "doctor" ? [] : ["--stable-for", "0"]
            let process = try TestProcess(
                [try program(), "fleet"] + words + options, environment: fleet.environment)
            _ = try process.wait(within: .seconds(60))
            #expect(words[0] == "doctor" || process.errors.contains("did not") == false, "\(process.errors)")
        }
        #expect(try server(fleet) == pid && fleet.units()[0].invocation == holder)
        #expect(try fleet.sessions() == fleet.names)
        #expect(try fleet.troubles() == [])
    }

    @Test("an operator's own server on the holder's socket is named, and no agent is started into it")
    func foreign() throws {
        let fleet = try RealFleet(agents: 2)
        try fleet.must(fleet.mosaic("stop", "a02"))
        let path = try socket(fleet)
        #expect(unlink(path) == 0)
        let stranger = try TestProcess(
            ["/usr/bin/tmux", "-f", "/dev/null", "-S", path, "-D"], environment: ["PATH": "/usr/bin:/bin"])
        try eventually("its socket") { access(path, F_OK) == 0 }
        for words in [["start", "a02"], ["restart", "a01"]] {
            let process = try TestProcess(
                [try program(), "fleet"] + words + ["--stable-for", "0"], environment: fleet.environment)
            #expect(try process.wait(within: .seconds(60)) == .exit(1), "\(process.output) \(process.errors)")
            let said = process.output + process.errors
            #expect(said.contains("process \(stranger.pid)"), "\(said)")
            #expect(!said.contains("1 unit started") && said.contains("kill-server"), "\(said)")
        }
        let list = try TestProcess(
            ["/usr/bin/tmux", "-N", "-S", path, "list-sessions"], environment: ["PATH": "/usr/bin:/bin"])
        try list.wait()
        #expect(list.output == "")
        let doctor = try mosaic(fleet, "doctor")
        #expect(try doctor.wait() == .exit(1))
        #expect(doctor.output.contains("process \(stranger.pid), which is not the holder's tmux server"))
        kill(stranger.pid, SIGKILL)
        _ = try stranger.wait()
        let fixed = try mosaic(fleet, "doctor", "--fix")
        _ = try fixed.wait()
        #expect(fixed.output.contains("restored the socket"), "\(fixed.output)")
        try fleet.must(fleet.mosaic("start", "a02", "--stable-for", "0"))
        #expect(try fleet.troubles() == [])
    }
}
