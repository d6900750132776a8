import FleetTestSupport
import Glibc
import Testing

/// Several mosaic homes, or several ways to one, and a real holder.
@Suite("One holder, one guard", .serialized, .timeLimit(.minutes(10)))
struct OneHolderTests {
    private func program() throws -> String { try BuiltProduct.path("mosaic") }

    private func mosaic(
        _ fleet: RealFleet, _ words: [String], _ extra: [String: String] = [:], only: [String]? = nil,
        input: TestProcess.Input = .none
    ) throws -> TestProcess {
        let environment = only.map { names in fleet.environment.filter { names.contains($0.key) } } ?? fleet.environment
        return try TestProcess(
            [try program(), "fleet"] + words, environment: environment.merging(extra) { $1 }, input: input)
    }

    private func invocations(_ fleet: RealFleet) throws -> [String] { try fleet.units().map(\.invocation) }

    /// As a package's, or as units written by hand: without the home that they belong to.
    private func takeMarks(_ fleet: RealFleet) throws {
        var files = FolderListing(fleet.unitFolder, isDeep: true).entries.map(\.name)
        files = files.filter { $0.hasSuffix(".service") || $0.hasSuffix(".conf") }
        var taken = 0
        for name in files {
            let path = name.hasPrefix("/") ? name : fleet.unitFolder + "/" + name
            let text = TestProcess.contents(path)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let others = lines.filter { !$0.hasPrefix("X-MosaicHome=") && !$0.hasPrefix("# Agent ") }
            if others.count < lines.count { taken += 1 }
            try ScriptedHome.write(others.joined(separator: "\n"), to: path)
        }
        #expect(taken == fleet.names.count + 2)
        try fleet.systemctl("daemon-reload")
    }

    /// A second home with the same roster.
    private func secondHome(_ fleet: RealFleet) throws -> String {
        let home = fleet.folder.path + "/two"
        try ScriptedHome.makeFolder(home)
        try ScriptedHome.makeFolder(home + "/fleet")
        try ScriptedHome.write(TestProcess.contents(fleet.fleetPath + "/roster.toml"), to: home + "/fleet/roster.toml")
        return home
    }

    @Test("a typed home that is not there is an error, and is not made")
    func typo() throws {
        let fleet = try RealFleet(agents: 1)
        let before = try invocations(fleet)
        let typo = fleet.folder.path + "/typo"
        for words in [
            ["restart", "--no-wait"], ["start"], ["stop"], ["lock", "run", "--", "/bin/true"], ["status"],
            ["lock", "inspect"], ["doctor", "--fix"],
        ] {
            let typed = try mosaic(fleet, words, ["MOSAIC_HOME": typo])
            #expect(try typed.wait() == .exit(64), "\(words)")
            #expect(typed.errors.contains("the mosaic home \(typo) does not exist (from $MOSAIC_HOME)"))
            #expect(access(typo, F_OK) != 0)
        }
        let option = try mosaic(fleet, ["restart", "--mosaic-home", typo, "--json"])
        #expect(try option.wait() == .exit(64))
        #expect(try JSONText(option.errors).object["code"] as? String == "usage")
        #expect(try invocations(fleet) == before)
        #expect(access(typo, F_OK) != 0)
    }

    @Test("another home that is there acts on no unit that belongs to the first one, and init takes none")
    func marked() throws {
        let fleet = try RealFleet(agents: 2)
        let home = try secondHome(fleet)
        let before = try invocations(fleet)
        let files = FolderListing(fleet.unitFolder)
        for words in [
            ["restart", "--no-wait"], ["restart", "a01"], ["lock", "run", "--", "/bin/true"], ["init"],
            ["init", "--force"], ["restart", "--backend", "systemctl"],
        ] {
            let refused = try mosaic(fleet, words, ["MOSAIC_HOME": home])
            #expect(try refused.wait() == .exit(77), "\(words): \(refused.errors)")
            #expect(refused.errors.contains("belongs to the mosaic home \(fleet.homePath), not to \(home)"))
        }
        #expect(try invocations(fleet) == before)
        #expect(FolderListing(fleet.unitFolder) == files)
        #expect(access(home + "/fleet/run", F_OK) != 0)
        #expect(try fleet.troubles() == [])
    }

    @Test("units of a package: whatever leads to the manager, two homes never act at once")
    func unmarked() throws {
        let fleet = try RealFleet(agents: 1)
        let home = try secondHome(fleet)
        try takeMarks(fleet)
        let before = try invocations(fleet)
        let run = try mosaic(
            fleet, ["lock", "run", "--", "/bin/sh", "-c", "echo inside; cat"], input: .open)
        try run.waitForOutput("inside")
        let runtime = try #require(fleet.environment["XDG_RUNTIME_DIR"])
        let link = fleet.folder.path + "/runtime"
        #expect(symlink(runtime, link) == 0)
        let few = ["PATH", "HOME"]
        let two = ["MOSAIC_HOME": home]
        for (words, extra, only) in [
            (["restart", "--no-wait"], two, nil),
            (["restart", "a01"], two.merging(["XDG_RUNTIME_DIR": link]) { $1 }, few),
            (["restart", "--backend", "systemctl"], two, nil),
            (
                ["restart", "--backend", "dbus"],
                two.merging([
                    "DBUS_SESSION_BUS_ADDRESS": "unix:path=\(runtime)/bus", "XDG_RUNTIME_DIR": fleet.folder.path,
                ]) { $1 }, few
            ),
            (
                ["restart", "--max-wait", "1s", "--on-timeout", "break"],
                two.merging(["TMUX_TMPDIR": "/nonexistent"]) { $1 }, nil
            ),
            (["lock", "run", "--", "/bin/true"], two, nil),
        ] as [([String], [String: String], [String]?)] {
            let other = try mosaic(fleet, words, extra, only: only)
            #expect(try other.wait() == .exit(77), "\(words): \(other.errors)")
            #expect(other.errors.contains("another mosaic home, \(fleet.homePath)"), "\(other.errors)")
            #expect(
                other.errors.contains("this command belongs to mosaic home \(home)")
                    && other.errors.contains("pid \(run.pid)"))
        }
        #expect(try invocations(fleet) == before)
        run.endInput()
        #expect(try run.wait() == .exit(0))
        let after = try mosaic(fleet, ["restart", "--stable-for", "0"], two)
        #expect(try after.wait(within: .seconds(60)) == .exit(0), "\(after.errors)")
        #expect(try invocations(fleet) != before)
        #expect(try fleet.troubles() == [])
    }

    @Test("a link to the home and a home that was moved are that home")
    func linkedAndMoved() throws {
        let fleet = try RealFleet(agents: 1)
        let link = fleet.folder.path + "/link"
        #expect(symlink(fleet.homePath, link) == 0)
        let run = try mosaic(fleet, ["lock", "run", "--", "/bin/sh", "-c", "echo inside; cat"], input: .open)
        try run.waitForOutput("inside")
        let busy = try mosaic(fleet, ["restart", "--no-wait"], ["MOSAIC_HOME": link])
        #expect(try busy.wait() == .exit(75), "\(busy.errors)")
        // Nested: the run has the holder's lock, and its restart goes on under it.
        run.endInput()
        #expect(try run.wait() == .exit(0))
        let nested = try mosaic(
            fleet, ["lock", "run", "--", try program(), "fleet", "restart", "--stable-for", "0"], ["MOSAIC_HOME": link])
        #expect(try nested.wait(within: .seconds(60)) == .exit(0), "\(nested.errors)")
        let moved = fleet.folder.path + "/moved"
        #expect(rename(fleet.homePath, moved) == 0)
        let restart = try mosaic(fleet, ["restart", "--stable-for", "0"], ["MOSAIC_HOME": moved])
        #expect(try restart.wait(within: .seconds(60)) == .exit(0), "\(restart.errors)")
        let second = fleet.folder.path + "/two"
        try ScriptedHome.makeFolder(second)
        let initTwo = try mosaic(fleet, ["init"], ["MOSAIC_HOME": second])
        // Where it was moved to is known only once `init` was run there.
        #expect(try initTwo.wait() == .exit(0), "\(initTwo.errors)")
        #expect(
            initTwo.errors.contains("took over the units of the mosaic home \(fleet.homePath), which no longer exists"))
    }
}
