import FleetTestSupport
import Foundation
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Which files a command's start executes.
@Suite("The files of a program") struct ProgramFilesTests {
    let folder = FakeDirectory()

    private func make(_ name: String, _ text: String, mode: Int = 0o755) throws -> String {
        let path = folder.path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    private func files(_ command: [String], search: String = "/usr/bin:/bin") -> ProgramFiles {
        ProgramFiles(command: command, search: search, directory: folder.path)
    }

    @Test func thePathIsSearchedAsTheKernelsCallersDo() throws {
        _ = try make("a/tool", "#!/bin/sh\n", mode: 0o644)
        let second = try make("b/tool", "#!/bin/sh\n")
        let found = files(["tool"], search: folder.path + "/a::" + folder.path + "/b")
        #expect(found.files.map(\.path) == [second, "/bin/sh"])
        #expect(found.files.map(\.isInterpreter) == [false, true] && found.doubt == nil)
        #expect(files(["b/tool"]).files.first?.path == folder.path + "/b/tool", "relative to its directory")
        #expect(files(["no-such-tool"]).files.isEmpty)
        #expect(files([]).files.isEmpty)
    }

    @Test func interpretersAreFollowedAlsoThroughEnv() throws {
        let inner = try make("inner", "#!/bin/sh -e\n")
        let outer = try make("outer", "#!\(inner)\n")
        #expect(files([outer]).files.map(\.path) == [outer, inner, "/bin/sh"])
        let env = try make("env-script", "#!/usr/bin/env -S A=1 inner -u\n")
        #expect(files([env], search: folder.path).files.map(\.path) == [env, "/usr/bin/env", inner, "/bin/sh"])
        let bare = try make("bare", "echo no first line\n")
        #expect(files([bare]).files.map(\.path) == [bare, "/bin/sh"])
        // One that names itself ends.
        let loop = try make("loop", "#!\(folder.path)/loop\n")
        #expect(files([loop]).files.map(\.path) == [loop])
        #expect(files(["/bin/true"]).files.count == 1, "a binary has no interpreter")
    }

    @Test func whatAShellsLineRunsIsNotKnown() throws {
        let script = try make("run.sh", "", mode: 0o644)
        #expect(files(["sh", "-e", "run.sh", "-c"]).files.map(\.path) == [script, "/usr/bin/sh"])
        #expect(files(["sh", "-e", script]).doubt == nil)
        for command in [
            ["sh", "-c", "cd x && claude"], ["bash", "-lc", "claude"], ["python3", "-m", "agent"], ["perl", "-e", "1"],
            ["sh", "missing.sh"],
        ] {
            guard ExecutablePath.find(command[0], path: "/usr/bin:/bin") != nil else { continue }
            #expect(files(command).doubt != nil, "\(command)")
        }
        for command in [["sh"], ["bash", "-l"], ["sleep", "-c"]] { #expect(files(command).doubt == nil, "\(command)") }
    }
}

@Suite("What a run was started from") struct RunRecordTests {
    let folder = FakeDirectory()
    private let record = RunRecord(
        invocation: "00ff", command: ["a b", "", "c\nd"], search: "/bin", directory: "/",
        files: [
            .init(kind: .program, path: "/bin/a b", stamp: FileStamp(device: 1, inode: 2, size: 3, modified: -4)),
            .init(kind: .environmentFile, path: "/x\n", stamp: nil),
        ], doubt: "", process: 7, processStart: 9)

    @Test func isReadAsItWasWritten() throws {
        #expect(RunRecord(text: record.text) == record)
        let unit = try UnitName("mosaic-agent@a.service")
        let path = folder.path + "/runtime"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try record.write(for: unit.rawValue, in: path)
        #expect(RunRecord.read(of: unit, invocation: "00ff", in: path) == record)
        #expect(RunRecord.read(of: unit, invocation: "00fe", in: path) == nil, "of another run")
        let file = path + "/mosaic-fleet/runs/" + unit.rawValue
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/mosaic-fleet/runs") == [unit.rawValue])
        #expect(throws: FleetError.self) { try record.write(for: "u.service", in: folder.path + "/none") }
        // What is no file of ours neither hangs nor counts.
        try FileManager.default.moveItem(atPath: file, toPath: file + ".kept")
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: file + ".kept")
        #expect(RunRecord.read(of: unit, invocation: "00ff", in: path) == nil)
        try FileManager.default.removeItem(atPath: file)
        #expect(mkfifo(file, 0o600) == 0)
        #expect(RunRecord.read(of: unit, invocation: "00ff", in: path) == nil)
    }

    /// A cut or changed file is none: no prefix of a record is a record of fewer files.
    @Test func aDamagedOneIsNone() {
        let text = record.text
        for count in 0..<text.utf8.count {
            #expect(RunRecord(text: String(decoding: text.utf8.prefix(count), as: UTF8.self)) == nil, "\(count)")
        }
        #expect(RunRecord(text: text + "x") == nil)
        #expect(RunRecord(text: text.replacingOccurrences(of: "1 2 3 -4", with: "1 2 3")) == nil)
        #expect(RunRecord(text: text.replacingOccurrences(of: "\u{0}3\u{0}", with: "\u{0}99\u{0}")) == nil)
        #expect(RunRecord(text: text.replacingOccurrences(of: "\u{0}3\u{0}", with: "\u{0}-1\u{0}")) == nil)
    }
}
