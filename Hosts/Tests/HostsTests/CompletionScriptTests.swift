import FleetGuard
import FoundationEssentials
import Glibc
import Testing

/// What Tab offers for `mosaic fleet hosts`, with the scripts as they are installed.
@Suite("Completions of hosts", .timeLimit(.minutes(5))) struct CompletionScriptTests {
    private static let files = [
        ("bash", "mosaic-fleet-hosts.bash"), ("zsh", "_mosaic-fleet-hosts"), ("fish", "mosaic-fleet-hosts.fish"),
    ]
    private static let package = #filePath.components(separatedBy: "/Tests/")[0]
    private let folder = TestFolder()

    private func run(_ words: [String]) throws -> (status: Int32, output: String) {
        let output = folder.path + "/output"
        let line = words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
        let environment =
            "MOSAIC_HOME='\(folder.path)' HOME='\(folder.path)' PATH='\(folder.path)/bin:/usr/bin:/bin' LC_ALL=C.UTF-8"
        let status = system("env -i \(environment) \(line) >'\(output)' 2>&1 </dev/null")
        return ((status >> 8) & 0xFF, try String(contentsOfFile: output, encoding: .utf8))
    }

    /// The program of this build, where its name is looked for, and two hosts.
    private func prepare() throws {
        let program =
            try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            .components(separatedBy: "/").dropLast().joined(separator: "/") + "/mosaic-fleet-hosts"
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder.path + "/bin", withIntermediateDirectories: true)
        try manager.createDirectory(atPath: folder.path + "/fleet", withIntermediateDirectories: true)
        try manager.createSymbolicLink(atPath: folder.path + "/bin/mosaic-fleet-hosts", withDestinationPath: program)
        let text = "version = 1\n[[host]]\nname = \"alpha\"\n[[host]]\nname = \"beta\"\n"
        try Data(text.utf8).write(to: URL(filePath: folder.path + "/fleet/hosts.toml"))
    }

    @Test("The committed scripts are the program's; 'make hosts-completions' renews them", arguments: files)
    func committed(_ shell: String, _ file: String) throws {
        try prepare()
        let made = try run([folder.path + "/bin/mosaic-fleet-hosts", "--generate-completion-script", shell])
        #expect(made.status == 0)
        #expect(try String(contentsOfFile: Self.package + "/completions/" + file, encoding: .utf8) == made.output)
        #expect(!made.output.contains("mosaic fleet hosts"))
    }

    @Test("No script has a syntax error", arguments: files) func syntax(_ shell: String, _ file: String) throws {
        let check = try run([shell, "-n", Self.package + "/completions/" + file])
        #expect(check.status == 0 && check.output.isEmpty, "\(check.output)")
    }

    /// Through the first program's script, as it is typed.
    private static let bash = """
        source "$1"; source "$2"; shift 2
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMPREPLY=() COMP_TYPE=9 COMP_KEY=9
        COMP_POINT=${#COMP_LINE} function=$(complete -p "$1"); function=${function##* -F }; function=${function%% *}
        "$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\\n' "${COMPREPLY[@]}" | sort
        """

    @Test(
        "bash offers commands, options and hosts, for both names",
        arguments: [
            ("mosaic fleet hosts sta", "status"), ("mosaic fleet hosts status ", "alpha beta"),
            ("mosaic fleet hosts restart al", "alpha"), ("mosaic fleet hosts restart --only-o", "--only-outdated"),
            ("mosaic-fleet-hosts restart --canary ", "alpha beta"), ("mosaic-fleet-hosts bre", "break"),
        ])
    func bash(_ line: String, _ expected: String) throws {
        try prepare()
        let words = line.components(separatedBy: " ")
        let offered = try run(
            ["bash", "--norc", "-c", Self.bash, "bash", Self.package + "/../completions/mosaic.bash"]
                + [Self.package + "/completions/mosaic-fleet-hosts.bash"] + words)
        let lines = offered.output.components(separatedBy: "\n").map { $0.replacing(" ", with: "") }
        #expect(lines.filter { !$0.isEmpty }.joined(separator: " ") == expected)
    }

    @Test(
        "fish offers them, too",
        arguments: [
            ("mosaic fleet hosts sta", "status"), ("mosaic fleet hosts status ", "alpha beta"),
            ("mosaic-fleet-hosts status al", "alpha"),
        ])
    func fish(_ line: String, _ expected: String) throws {
        try prepare()
        let script = """
            set -g fish_complete_path
            source '\(Self.package)/../completions/mosaic.fish'
            source '\(Self.package)/completions/mosaic-fleet-hosts.fish'
            complete -C '\(line)'
            """
        let offered = try run(["fish", "--no-config", "-c", script])
        let names = offered.output.components(separatedBy: "\n").map { $0.components(separatedBy: "\t")[0] }
        #expect(names.filter { !$0.isEmpty }.joined(separator: " ") == expected)
    }
}
