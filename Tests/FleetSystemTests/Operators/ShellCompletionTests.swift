import FleetTestSupport
import Glibc
import Testing

/// What Tab does in the real shells, as somebody sees it who sits in front of them.
@Suite("Completions in the real shells", .timeLimit(.minutes(5)))
struct ShellCompletionTests {
    enum Shell: String, CaseIterable, CustomTestStringConvertible {
        case bash, zsh, fish
        var testDescription: String { rawValue }
    }

    /// One press of Tab (bash lists at the second).
    struct Case {
        var typed: String
        /// Words that are listed below the line; empty where one completion is inserted.
        var listed: [String] = []
        var absent: [String] = []
        /// The line afterwards.
        var line: String?
    }

    static let cases = [
        Case(
            typed: "mosaic fleet ",
            listed: ["restart", "start", "stop", "status", "logs", "attach", "lock", "init", "doctor", "deploy"],
            absent: ["session"]),
        Case(typed: "mosaic fleet rest", line: "mosaic fleet restart"),
        Case(typed: "mosaic fleet dep", line: "mosaic fleet deploy"),
        Case(typed: "mosaic fleet lock ", listed: ["inspect", "break"]),
        Case(typed: "mosaic fleet restart ", listed: ["planner", "coder", "tester"]),
        Case(typed: "mosaic fleet restart pl", line: "mosaic fleet restart planner"),
        Case(typed: "mosaic fleet attach te", line: "mosaic fleet attach tester"),
        Case(typed: "mosaic fleet logs -f cod", line: "mosaic fleet logs -f coder"),
        Case(typed: "mosaic fleet restart --max-wait ", listed: ["1m", "5m", "10m", "30m", "1h"]),
        Case(typed: "mosaic fleet start --stable-for ", listed: ["2s", "5s", "10s", "30s"]),
        Case(typed: "mosaic fleet status --backend ", listed: ["auto", "dbus", "systemctl", "fake"]),
        Case(typed: "mosaic fleet restart --on-timeout f", line: "mosaic fleet restart --on-timeout fail"),
        Case(
            typed: "mosaic fleet status --state ",
            listed: ["failed", "not-found", "restarting", "changing", "inactive", "active"]),
        Case(typed: "mosaic fleet status --state fa", line: "mosaic fleet status --state failed"),
        Case(typed: "mosaic fleet doctor --fi", line: "mosaic fleet doctor --fix"),
        Case(typed: "mosaic fleet history ", listed: ["last", "3bc5f1e8", "77aa0001"]),
        Case(typed: "mosaic fleet history 3b", line: "mosaic fleet history 3bc5f1e8"),
        Case(typed: "mosaic fleet lock run -- mosaic-fleet-dep", line: "mosaic fleet lock run -- mosaic-fleet-deploy"),
    ]

    private let folder = FakeDirectory()
    private static let prompt = "READY>"

    init() throws {
        for name in ["home", "home/mosaic", "home/mosaic/fleet", "bin"] {
            try ScriptedHome.makeFolder(folder.path + "/" + name, mode: 0o755)
        }
        let roster = "version = 1\n" + ["planner", "coder", "tester"].map { "[[agent]]\nname = \"\($0)\"\n" }.joined()
        try ScriptedHome.write(roster, to: folder.path + "/home/" + "mosaic/fleet/roster.toml")
        let lines = ["3bc5f1e8", "77aa0001"].map { token in
            """
            {"version":1,"kind":"restart","token":"\(token)-e7c3-44c4-9560-54cc21d883ed","pid":1,"uid":0,"host":"h",\
            "command":"c","scope":"fleet","startedAt":"2026-01-01T00:00:00Z","endedAt":"2026-01-01T00:00:00Z",\
            "milliseconds":1,"waited":0,"result":"done","status":0,"phases":[],"units":[]}

            """
        }
        try ScriptedHome.write(lines.joined(), to: folder.path + "/" + "home/mosaic/fleet/history.jsonl")
        let plugin = folder.path + "/bin/mosaic-fleet-deploy"
        try ScriptedHome.write("#!/bin/sh\n", to: plugin)
        chmod(plugin, 0o755)
    }

    @Test("Tab completes commands, plug-ins, agents, options, durations and choices", arguments: Shell.allCases)
    func tab(_ shell: Shell) throws {
        let terminal = try start(shell)
        for one in Self.cases {
            try clear(terminal)
            try terminal.type(one.typed)
            try terminal.wait(for: one.typed) { $0.contains(one.typed.trimmed) }
            try terminal.press("Tab")
            if let line = one.line {
                // What is typed next stands behind the inserted word, so the word is in the line and no mere suggestion.
                try terminal.type("END")
                try terminal.wait(for: "'\(line)' after '\(one.typed)' and Tab in \(shell)") { screen in
                    screen.contains("\(Self.prompt) \(line) END") || screen.contains("\(Self.prompt) \(line)END")
                }
                continue
            }
            if shell == .bash { try terminal.press("Tab") }
            let screen = try terminal.wait(for: "\(one.listed) after '\(one.typed)' and Tab in \(shell)") { screen in
                one.listed.allSatisfy { Self.words(below: one.typed, screen).contains($0) }
            }
            for word in one.absent { #expect(!Self.words(below: one.typed, screen).contains(word)) }
        }
    }

    /// A shell drops what is typed while it takes its terminal back after Ctrl-C, so this may have to be typed again.
    private func clear(_ terminal: TmuxTerminal) throws {
        var lastTyped: ContinuousClock.Instant?
        try terminal.wait(for: "a clear screen", within: .seconds(60)) { screen in
            if screen.trimmed == Self.prompt, lastTyped != nil { return true }
            if let lastTyped, ContinuousClock.now < lastTyped + .seconds(5) { return false }
            try terminal.press("C-c")
            try terminal.press("C-u")  // in fish Ctrl-C may end its list only, and leave the line
            try terminal.type("clear")
            try terminal.press("Enter")
            lastTyped = .now
            return false
        }
    }

    /// Every word of the screen but those that were typed.
    private static func words(below typed: String, _ screen: String) -> Set<String> {
        let lines = screen.split(separator: "\n").filter { !$0.contains(typed.trimmed) }
        return Set(lines.flatMap { $0.split(separator: " ") }.map(String.init))
    }

    /// An interactive shell which finds the committed script where a package installs it.
    private func start(_ shell: Shell) throws -> TmuxTerminal {
        let home = folder.path + "/home"
        let program = try BuiltProduct.path("mosaic")
        let built = String(program.dropLast("/mosaic".count))
        var environment = [
            "PATH": "\(folder.path)/bin:\(built):/usr/bin:/bin", "HOME": home, "MOSAIC_HOME": home + "/mosaic",
            "LANG": "C.UTF-8", "HISTFILE": "",  // written when the folder is gone
        ]
        let path = try #require(
            ["/usr/bin/", "/bin/"].map { $0 + shell.rawValue }.first { access($0, X_OK) == 0 },
            "this test needs \(shell); run 'make setup'")
        let words: [String]
        switch shell {
        case .bash:
            try install("mosaic.bash", "data/bash-completion/completions/mosaic")
            environment["XDG_DATA_HOME"] = home + "/data"
            #expect(access("/usr/share/bash-completion/bash_completion", R_OK) == 0, "run 'make setup'")
            try ScriptedHome.write(
                "PS1='\(Self.prompt) '\n. /usr/share/bash-completion/bash_completion\n"
                    + "bind 'set page-completions off' 'set completion-query-items 0'\n", to: home + "/bashrc")
            words = [path, "--noprofile", "--rcfile", home + "/bashrc", "-i"]
        case .zsh:
            try install("_mosaic", "functions/_mosaic")
            environment["ZDOTDIR"] = home
            try ScriptedHome.write(
                "PS1='\(Self.prompt) '\nLISTMAX=0\nfpath=(~/functions $fpath)\nautoload -Uz compinit\n"
                    + "compinit -u -d ~/dump\n", to: home + "/.zshrc")
            words = [path, "-d", "-i"]
        case .fish:
            try install("mosaic.fish", ".config/fish/completions/mosaic.fish")
            try ScriptedHome.write(
                "set -g fish_greeting\nset -g fish_autosuggestion_enabled 0\n"
                    + "function fish_prompt; echo -n '\(Self.prompt) '; end\n", to: home + "/.config/fish/config.fish")
            words = [path, "-i"]
        }
        // fish lists in half of the rows.
        let terminal = try TmuxTerminal(words, environment: environment, columns: 120, rows: 60)
        try terminal.wait(for: "\(shell)'s prompt", within: .seconds(40)) { $0.contains(Self.prompt) }
        return terminal
    }

    private func install(_ script: String, _ name: String) throws {
        var place = folder.path + "/home"
        for part in name.split(separator: "/").dropLast() {
            place += "/" + part
            try ScriptedHome.makeFolder(place, mode: 0o755)
        }
        try ScriptedHome.write(
            TestProcess.contents(try BuiltProduct.source("completions/" + script)), to: folder.path + "/home/" + name)
    }
}

extension String {
    /// Without blanks and line ends around it.
    fileprivate var trimmed: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        return String(text)
    }
}
