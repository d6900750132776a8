internal import FleetManual
internal import FleetTestSupport
internal import Foundation
internal import Testing

/// What Tab offers. The scripts ask the program itself for agents' names.
struct CompletionTests {
    /// A mosaic home with three agents.
    private let folder = FakeDirectory()

    init() throws {
        let fleet = URL(filePath: home + "/fleet")
        try FileManager.default.createDirectory(at: fleet, withIntermediateDirectories: true)
        let roster = "version = 1\n" + ["planner", "coder", "tester"].map { "[[agent]]\nname = \"\($0)\"\n" }.joined()
        try Data(roster.utf8).write(to: fleet.appending(path: "roster.toml"))
    }

    private var home: String { folder.path + "/mosaic" }

    /// The program's answer to the completion of the last word. Its own process: the parser keeps the shell that it
    /// makes a script for in a global, and other tests make scripts meanwhile.
    private func offered(_ words: [String], _ command: String = "restart") throws -> [String] {
        let line = ["mosaic", "fleet", command] + words
        let completion = try TestProcess(
            [try BuiltProduct.path("mosaic"), "---completion", "fleet", command, "--", "positional@0"]
                + ["\(line.count - 1)", "0"] + line, environment: [:])
        #expect(try completion.wait() == .exit(0))
        return completion.output.split(separator: "\n").map(String.init)
    }

    @Test("agents of the roster that is meant, for every command that takes agents")
    func agents() throws {
        for command in ["restart", "start", "stop", "status"] {
            #expect(try offered(["--mosaic-home", home, ""], command) == ["planner", "coder", "tester"])
        }
        #expect(try offered(["--mosaic-home=" + home, ""]).count == 3)
        #expect(try offered(["--mosaic-home", "=", home, ""]).count == 3)
    }

    @Test("an agent that is on the line already is not offered again, the word under the cursor is")
    func noRepeats() throws {
        #expect(try offered(["--mosaic-home", home, "coder", ""]) == ["planner", "tester"])
        #expect(try offered(["--mosaic-home", home, "coder"]) == ["planner", "coder", "tester"])
    }

    @Test("a roster that is missing or broken offers nothing and says nothing")
    func noRoster() throws {
        #expect(try offered(["--mosaic-home", home + "/elsewhere", ""]) == [])
        try Data("version = [".utf8).write(to: URL(filePath: home + "/fleet/roster.toml"))
        #expect(try offered(["--mosaic-home", home, ""]) == [])
    }

    @Test(
        "the scripts have no syntax errors",
        arguments: [("bash", "mosaic.bash"), ("zsh", "_mosaic"), ("fish", "mosaic.fish")])
    func syntax(shell: String, file: String) throws {
        let path = try #require(Self.find(shell), "this test needs \(shell); run 'make setup'")
        let check = try TestProcess([path, "-n", try BuiltProduct.source("completions/" + file)], environment: [:])
        #expect(try check.wait() == .exit(0))
        #expect(check.errors == "")
    }

    @Test(
        "bash offers what fits the place", .timeLimit(.minutes(10)),
        arguments: [
            (["fleet", "restart", ""], ["coder", "planner", "tester"]),
            (["fleet", "restart", "p"], ["planner"]),
            (["fleet", "restart", "coder", ""], ["planner", "tester"]),
            (["fleet", "stop", "--json", "te"], ["tester"]),
            (["fleet", "status", "--backend", "d"], ["dbus"]),
            (["fleet", "restart", "--max-wait", "10"], ["10m"]),
            (["fleet", "restart", "--on-"], ["--on-deadline", "--on-timeout"]),
            (["fleet", "lock", "in"], ["inspect"]),
            (["fleet", "se"], ["send"]),
        ])
    func bash(words: [String], expected: [String]) throws {
        let bash = try #require(Self.find("bash"))
        // What readline sets before it calls the function, with the program of this build under the name `mosaic`.
        let script = """
            set -u; source "$1"; shift
            function=$(complete -p mosaic | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMPREPLY=()
            COMP_POINT=${#COMP_LINE} COMP_TYPE=9 COMP_KEY=9
            previous=${COMP_WORDS[COMP_CWORD - 1]}
            set +u; "$function" mosaic "${COMP_WORDS[COMP_CWORD]}" "$previous"
            printf '%s\\n' "${COMPREPLY[@]}" | sort
            """
        let program = URL(filePath: try BuiltProduct.path("mosaic")).deletingLastPathComponent().path
        let run = try TestProcess(
            [bash, "--norc", "-c", script, "bash", try BuiltProduct.source("completions/mosaic.bash"), "mosaic"]
                + words,
            environment: ["PATH": program + ":/usr/bin:/bin", "MOSAIC_HOME": home, "HOME": folder.path])
        #expect(try run.wait() == .exit(0))
        #expect(run.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) } == expected)
        #expect(run.errors == "")
    }

    private static func find(_ shell: String) -> String? {
        ["/usr/bin/", "/bin/", "/usr/local/bin/"].map { $0 + shell }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
