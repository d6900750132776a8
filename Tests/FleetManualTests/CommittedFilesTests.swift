internal import FleetManual
internal import FleetTestSupport
internal import Foundation
internal import Testing

struct CommittedFilesTests {
    @Test("man/ and completions/ are what the program's help and man/parts make")
    func upToDate() throws {
        let package = URL(filePath: try BuiltProduct.source(""))
        let outdated = try GeneratedFiles(package: package).outdated()
        #expect(
            outdated.isEmpty,
            "old: \(outdated.joined(separator: ", ")); run '\(GeneratedFiles.renewal)' or 'make manual' and commit")
    }

    @Test("a page that was changed by hand, one that is gone and one too many are found and put right")
    func renewal() throws {
        let folder = FakeDirectory()
        let copy = URL(filePath: folder.path)
        for name in ["man", "completions", "CHANGELOG.md"] {
            try FileManager.default.copyItem(
                at: URL(filePath: try BuiltProduct.source(name)), to: copy.appending(path: name))
        }
        let files = GeneratedFiles(package: copy)
        _ = try files.renew()
        try Data("old\n".utf8).write(to: copy.appending(path: "man/mosaic-fleet.1"))
        try Data("one too many\n".utf8).write(to: copy.appending(path: "man/mosaic-fleet-gone.1"))
        try FileManager.default.removeItem(at: copy.appending(path: "completions/_mosaic"))
        let expected = ["completions/_mosaic", "man/mosaic-fleet-gone.1", "man/mosaic-fleet.1"]
        #expect(try files.outdated() == expected)
        #expect(try files.renew() == expected)
        #expect(try files.outdated().isEmpty)
    }

    @Test("the words of the renewal are those of Package.swift and of the Makefile")
    func renewalCommand() throws {
        let verb = try #require(GeneratedFiles.renewal.split(separator: " ").last)
        #expect(TestProcess.contents(try BuiltProduct.source("Package.swift")).contains("verb: \"\(verb)\""))
        #expect(TestProcess.contents(try BuiltProduct.source("Makefile")).contains("\t\(GeneratedFiles.renewal)\n"))
    }
}
