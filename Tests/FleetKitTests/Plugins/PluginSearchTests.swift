import FleetTestSupport
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Which plug-ins run, and why others do not.
@Suite("Plug-in commands in PATH")
struct PluginSearchTests {
    private let folder = FakeDirectory()

    private func add(_ file: String, in bin: String, mode: mode_t = 0o755) throws -> String {
        try ScriptedHome.makeFolder(folder.path + "/" + bin, mode: 0o755)
        let path = "\(folder.path)/\(bin)/\(file)"
        try ScriptedHome.write("#!/bin/sh\n", to: path)
        chmod(path, mode)
        return path
    }

    private func search(_ bins: String..., builtIns: Set<String> = ["restart"]) -> PluginSearch {
        PluginSearch(
            path: bins.map { $0.isEmpty || $0.hasPrefix("./") ? $0 : folder.path + "/" + $0 }.joined(separator: ":"),
            builtIns: builtIns)
    }

    @Test(
        "names",
        arguments: [
            ("deploy", true), ("a-b_C9", true), ("9", true), ("", false), ("-x", false), ("_x", false),
            ("a.b", false), ("a/b", false), ("a b", false), ("$(id)", false), ("ä", false), ("a\n", false),
        ])
    func names(text: String, isName: Bool) {
        #expect((PluginName(text) != nil) == isName)
        #expect(PluginName(String(repeating: "a", count: 64)) != nil)
        #expect(PluginName(String(repeating: "a", count: 65)) == nil)
    }

    @Test func theFirstInPathRunsAndTheOthersAreNamed() throws {
        let first = try add("mosaic-fleet-deploy", in: "a")
        let second = try add("mosaic-fleet-deploy", in: "b")
        _ = try add("mosaic-fleet-no", in: "a", mode: 0o644)
        _ = try add("mosaic-fleet-", in: "a")
        _ = try add("mosaic-fleet-x.sh", in: "a")
        try ScriptedHome.makeFolder(folder.path + "/a/mosaic-fleet-folder", mode: 0o755)
        let found = search("a", "b")
        let name = try #require(PluginName("deploy"))
        #expect(found.plugins == [.init(name: name, path: first)])
        #expect(found.shadows == [.init(name: name, path: second, reason: .earlier(first))])
        #expect(found.shadows[0].description == "\(second) never runs, because \(first) comes first in PATH")
        #expect(search("b", "a").plugins == [.init(name: name, path: second)])
        // The same folder again, by its own name or a link's, shadows nothing.
        symlink(folder.path + "/a", folder.path + "/c")
        #expect(search("a", "a", "a/", "c").shadows == [])
        symlink(first, folder.path + "/b/mosaic-fleet-linked")
        #expect(search("a", "b").plugins.map(\.name.rawValue) == ["deploy", "linked"])
    }

    @Test func builtInNamesWin() throws {
        let path = try add("mosaic-fleet-restart", in: "a")
        let found = search("a")
        #expect(found.plugins == [])
        #expect(found.shadows.map(\.reason) == [.builtIn])
        #expect(found.shadows[0].description == "\(path) never runs, because 'restart' is a built-in command")
        #expect(try found.plugin(#require(PluginName("restart"))) == nil)
    }

    @Test func emptyAndRelativeFoldersAreNobodys() throws {
        let file = try add("mosaic-fleet-here", in: "bin")
        // The same folder by a relative name, which leads to the root from anywhere.
        let relative = String(repeating: "../", count: 40) + folder.path.dropFirst() + "/bin"
        #expect(access(relative + "/mosaic-fleet-here", X_OK) == 0)
        #expect(PluginSearch(path: "\(relative)::./:\(folder.path)/bin", builtIns: []).plugins.map(\.path) == [file])
        #expect(PluginSearch(path: "\(relative)::./", builtIns: []).plugins == [])
        #expect(PluginSearch(path: nil, builtIns: []).plugins == [])
        #expect(PluginSearch(path: "", builtIns: []).plugins == [])
    }

    @Test("A plug-in beside the program is found without PATH, and after what is in PATH")
    func beside() throws {
        let file = try add("mosaic-fleet-x", in: "bin")
        let program = folder.path + "/bin/mosaic"
        #expect(PluginSearch(path: nil, program: program, builtIns: []).plugins.map(\.path) == [file])
        #expect(PluginSearch(path: "", program: program, builtIns: []).plugins.map(\.path) == [file])
        #expect(PluginSearch(path: nil, program: nil, builtIns: []).plugins == [])
        let other = try add("mosaic-fleet-x", in: "other")
        let both = PluginSearch(path: folder.path + "/other", program: program, builtIns: [])
        #expect(both.plugins.map(\.path) == [other])
        #expect(both.shadows.map(\.path) == [file])
    }

    @Test(
        "what everybody can write to does not run",
        arguments: [(0o777, 0o755), (0o1777, 0o755), (0o755, 0o757)] as [(mode_t, mode_t)])
    func writable(folderMode: mode_t, fileMode: mode_t) throws {
        let path = try add("mosaic-fleet-deploy", in: "open", mode: fileMode)
        chmod(folder.path + "/open", folderMode)
        let found = search("open")
        #expect(found.plugins == [])
        #expect(found.shadows.count == 1)
        let name = try #require(PluginName("deploy"))
        let error = #expect(throws: FleetError.self) { try found.plugin(name) }
        #expect(error?.code == .usage)
        #expect(error?.message.hasPrefix("\(path) is not run, because anyone can write to ") == true)
        // A safe one further on runs.
        let safe = try add("mosaic-fleet-deploy", in: "safe")
        #expect(try search("open", "safe").plugin(name)?.path == safe)
        // Group-writable is how /usr/local/bin is.
        chmod(folder.path + "/open", 0o775)
        chmod(path, 0o775)
        #expect(try search("open").plugin(name)?.path == path)
    }
}
