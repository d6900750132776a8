internal import FleetManual
internal import FleetTestSupport
internal import Foundation
internal import Testing

/// What Tab offers in real shells beside the parser's own: plug-ins and their files, and the line after `lock run … --`.
/// Another version of the parser that takes these parts away fails here.
@Suite(.timeLimit(.minutes(5)))
struct ShellTests {
    private let folder = FakeDirectory()

    init() throws {
        for (name, mode) in [("mosaic-fleet-backup", 0o755), ("mosaic-fleet-notes", 0o755)] {
            try ScriptedHome.write("#!/bin/sh\n", to: folder.path + "/" + name)
            chmod(folder.path + "/" + name, mode_t(mode))
        }
        try ScriptedHome.write("", to: folder.path + "/some-file")
    }

    private var environment: [String: String] {
        get throws {
            let program = URL(filePath: try BuiltProduct.path("mosaic")).deletingLastPathComponent().path
            return [
                "PATH": "\(folder.path):\(program):/usr/bin:/bin", "HOME": folder.path, "TERM": "dumb",
                "MOSAIC_HOME": folder.path + "/home", "LC_ALL": "C.UTF-8",
            ]
        }
    }

    private func path(_ shell: String) throws -> String {
        try #require(
            ["/usr/bin/", "/bin/", "/usr/local/bin/"].map { $0 + shell }
                .first { FileManager.default.isExecutableFile(atPath: $0) },
            "this test needs \(shell); run 'make setup'")
    }

    /// The last word is the one under the cursor.
    static let places: [(words: [String], offered: [String], not: [String])] = [
        (["fleet", "b"], ["backup"], ["notes"]), (["fleet", ""], ["backup", "notes", "restart"], ["some-file"]),
        (["fleet", "res"], ["restart"], ["backup"]), (["fleet", "backup", "some"], ["some-file"], ["backup"]),
        (["fleet", "lock", "i"], ["inspect"], ["backup"]),
        (["fleet", "lock", "run", "--reason", "x", "--", "mosaic-fleet-b"], ["mosaic-fleet-backup"], ["--reason"]),
        (["fleet", "lock", "run", "--max-"], ["--max-hold", "--max-wait"], ["backup"]),
    ]

    @Test("bash", arguments: places)
    func bash(_ words: [String], _ offered: [String], _ not: [String]) throws {
        let script = """
            cd "$1"; source "$2"; shift 2
            function=$(complete -p mosaic | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMPREPLY=()
            COMP_POINT=${#COMP_LINE} COMP_TYPE=9 COMP_KEY=9
            "$function" mosaic "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        try expect(
            [
                try path("bash"), "--norc", "-c", script, "bash", folder.path,
                try BuiltProduct.source("completions/mosaic.bash"), "mosaic",
            ] + words, offered, not)
    }

    @Test("fish", arguments: places)
    func fish(_ words: [String], _ offered: [String], _ not: [String]) throws {
        let line = (["mosaic"] + words).joined(separator: " ")
        let script = "cd $argv[1]; source $argv[2]; complete -C $argv[3]"
        try expect(
            [
                try path("fish"), "--no-config", "-c", script, folder.path,
                try BuiltProduct.source("completions/mosaic.fish"), line,
            ], offered, not)
    }

    /// zsh completes only where a person types: in a pseudo-terminal, which its own module makes. Every match that it
    /// would show is printed instead.
    @Test("zsh", arguments: places)
    func zsh(_ words: [String], _ offered: [String], _ not: [String]) throws {
        let line = (["mosaic"] + words).joined(separator: " ")
        let script = """
            cd $1; zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell "cd $1; PS1=; unsetopt auto_list beep; fpath=($2 \\$fpath); autoload -Uz compinit; compinit -u -d $1/dump"
            zpty -w shell 'compadd() { local -a found; builtin compadd -O found "$@"; print -rl -- "" "match:"$^found; builtin compadd "$@" }'
            zpty -w shell 'zle-line-init() { print -r -- "can "type }; zle -N zle-line-init; print -r -- "is "ready'
            zpty -r shell text '*is ready*can type*'
            zpty -n -w shell "$3"$'\\t'
            zpty -w shell $'\\C-u''print -r -- "is "done'
            zpty -r shell text '*is done*'
            print -r -- $text
            zpty -d shell
            """
        try expect(
            [
                try path("zsh"), "-f", "-c", script, "zsh", folder.path, try BuiltProduct.source("completions"), line,
            ], offered, not, prefix: "match:")
    }

    private func expect(_ command: [String], _ offered: [String], _ not: [String], prefix: String = "") throws {
        let run = try TestProcess(command, environment: environment)
        #expect(try run.wait() == .exit(0), "\(run.errors)")
        let lines = run.output.split(whereSeparator: \.isNewline).map { line in
            String(line.split(separator: "\t").first ?? "").trimmingCharacters(in: .whitespaces)
        }
        let found = Set(lines.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) })
        for word in offered { #expect(found.contains(word), "\(word) is not in \(found.sorted()); \(run.errors)") }
        for word in not { #expect(!found.contains(word), "\(word) is offered") }
    }
}
