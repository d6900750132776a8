import Glibc
import Testing

@testable import FleetKit

@Suite("Remarks about a roster")
struct RosterRemarksTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["mine", "theirs"] { try #require(mkdir("\(folder.path)/\(name)", 0o755) == 0) }
    }

    private func remarks(_ agents: String, manager: String? = nil) throws -> [String] {
        let text = "version = 1\n" + agents
        return try RosterRemarks(
            RosterDecoder.decode(Array(text.utf8), file: "/r.toml"), userHome: folder.path,
            managerPath: manager ?? "\(folder.path)/theirs", callerPath: "relative:\(folder.path)/mine"
        ).all()
    }

    private func addProgram(_ path: String) throws {
        try folder.write(path, "")
        try #require(chmod("\(folder.path)/\(path)", 0o755) == 0)
    }

    private func agent(_ name: String, _ rest: String) -> String { "[[agent]]\nname = '\(name)'\n\(rest)\n" }

    @Test func aProgramOfTheCallersPathAloneComesWithTheLineThatMendsIt() throws {
        try addProgram("mine/tool")
        let agents = agent("a", "command = ['tool']") + agent("b", "command = ['tool', 'x']")
        let found = try remarks(agents)
        let mended = "\(folder.path)/mine:\(folder.path)/theirs"
        #expect(
            found == [
                "agents a, b: 'tool' is in your PATH (\(folder.path)/mine/tool), but not in the service manager's PATH "
                    + "(\(folder.path)/theirs); write under [defaults]: path = \"\(mended)\""
            ])
        // The line is right as it stands.
        #expect(try remarks("[defaults]\npath = \"\(mended)\"\n" + agents).isEmpty)
        #expect(try remarks("[defaults]\npath = '~/mine'\n" + agents).isEmpty)
    }

    @Test func aPathOfTheRosterIsJudgedInPlaceOfTheManagers() throws {
        try addProgram("mine/tool")
        try addProgram("theirs/other")
        let found = try remarks(agent("a", "command = ['tool']\npath = '~/theirs'"))
        #expect(found.count == 1 && found[0].contains("not in the roster's path (\(folder.path)/theirs)"))
        #expect(
            found[0].hasSuffix(
                "write in place of the path there is: path = \"\(folder.path)/mine:\(folder.path)/theirs\""))
        let nowhere = try remarks(agent("a", "command = ['missing']"))
        #expect(
            nowhere.count == 1 && nowhere[0].contains("there is no program 'missing' in the service manager's PATH"))
        #expect(try remarks(agent("a", "command = ['other']")).isEmpty)
        #expect(try remarks(agent("a", "command = ['/nonexistent/tool']")).isEmpty)
        #expect(try remarks(agent("a", "command = []").replacing("command = []", with: "")).isEmpty)
    }

    @Test func anEnvironmentFileIsThereAndForTheUserAlone() throws {
        let agents = agent("a", "command = ['/x']\nenvironment_file = '~/a.env'")
        let missing = try remarks(agents)
        #expect(missing.count == 1 && missing[0].contains("\(folder.path)/a.env cannot be read (No such file"))
        #expect(try remarks(agents.replacing("'~/a", with: "'-~/a")).isEmpty)
        try folder.write("a.env", "KEY=secret\n")
        for (mode, isWarned) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o620, true)] {
            try #require(chmod("\(folder.path)/a.env", mode_t(mode)) == 0)
            let found = try remarks(agents)
            #expect(found.count == (isWarned ? 1 : 0), "\(found)")
            #expect(found.allSatisfy { $0.hasSuffix("run: chmod 600 \(folder.path)/a.env") }, "\(found)")
        }
        #expect(try remarks(agents.replacing("'~/a", with: "'-~/a")).count == 1)
    }

    @Test func aPathInTheEnvironmentFileIsNotSecondGuessed() throws {
        let agents = agent("a", "command = ['tool']\nenvironment_file = '~/a.env'")
        try folder.write("a.env", "# PATH=/x\nA=1\n PATH=/opt\n")
        try #require(chmod("\(folder.path)/a.env", 0o600) == 0)
        #expect(try remarks(agents).isEmpty)
        try folder.write("a.env", "# PATH=/x\nXPATH=1\n")
        #expect(try remarks(agents).count == 1)
    }
}
