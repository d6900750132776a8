import FleetTestSupport
import Glibc
import Testing

/// `send`: what is typed arrives at the agent byte for byte, or not at all.
@Suite("Typing into an agent", .serialized, .timeLimit(.minutes(5)))
struct SendTests {
    /// Writes every byte that its terminal gets into a file. `$1/NAME.brackets`: it wants pastes in brackets.
    private static let agent = """
        stty raw -echo
        if [ -e "$1/brackets" ]; then printf '\\033[?2004h'; fi
        printf ready
        exec cat >"$1/$2.typed"
        """

    private let fleet: RealFleet

    init() throws { fleet = try RealFleet(agents: 2, startsIt: false, script: Self.agent) }

    private func start(brackets: Bool) throws {
        if brackets { try ScriptedHome.write("", to: fleet.folder.path + "/brackets") }
        try fleet.must(fleet.mosaic("start", "--stable-for", "0"))
        for name in fleet.names {
            try eventually("\(name) reads its terminal") {
                try run("peek", name).output.contains("ready") ? true : nil
            }
        }
    }

    @discardableResult
    private func run(_ words: String...) throws -> TestProcess { try run(words) }

    private func run(_ words: [String]) throws -> TestProcess {
        // Nothing behind the text that is not typed.
        let process = try TestProcess(
            [try BuiltProduct.path("mosaic"), "fleet"] + words, environment: fleet.environment)
        try process.wait()
        return process
    }

    /// Through a shell that makes the text: bytes that no Swift string holds.
    private func shell(_ script: String) throws -> TestProcess {
        let process = try TestProcess(
            ["/bin/sh", "-c", "mosaic() { '\(try BuiltProduct.path("mosaic"))' fleet \"$@\"; }; " + script],
            environment: fleet.environment)
        try process.wait()
        return process
    }

    private func tmux(_ words: String...) throws -> String {
        let process = try TestProcess(
            ["/usr/bin/tmux", "-N", "-L", "mosaic-fleet"] + words, environment: fleet.environment)
        try process.wait()
        return process.output
    }

    private func bytes(of path: String) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(file, &buffer, buffer.count)
            guard count > 0 else { return all }
            all += buffer[..<count]
        }
    }

    private func typed(_ name: String = "a01") -> [UInt8] { bytes(of: "\(fleet.folder.path)/\(name).typed") }

    private func arrives(_ expected: [UInt8], _ what: String) throws {
        try eventually(
            "\(what) arrives", state: "\(String(decoding: typed(), as: UTF8.self).debugDescription.prefix(500))"
        ) {
            typed().count >= expected.count ? true : nil
        }
        #expect(typed() == expected, "\(what)")
    }

    static let hostile: [String] = [
        "plain", "two\nlines\n", "\u{1B}[31mred\u{1B}[0m", "#{pid} #(touch /tmp/x) #[fg=red] %% $HOME `id`",
        "ends with ;", ";", "\\;", "it's \"quoted\"", "tab\tand\rreturn", "-rf", "--keys", "-", "ünïcode — 漢字 🙂",
        "\u{1B}[200~", "\u{1B}[20", "{ } ~ * ?", String(repeating: "x", count: 100_000),
    ]

    @Test("Whatever the text holds, the same bytes arrive, and nothing of it is acted on", arguments: [false, true])
    func bytes(_ brackets: Bool) throws {
        try start(brackets: brackets)
        var expected: [UInt8] = []
        func expect(_ bytes: [UInt8]) {
            expected += brackets ? Array("\u{1B}[200~".utf8) + bytes + Array("\u{1B}[201~".utf8) : bytes
        }
        for text in Self.hostile where text != "-" {
            let sent = try run("send", "a01", "--", text)
            #expect(try sent.wait() == .exit(0), "\(sent.errors)")
            #expect(sent.output.isEmpty && sent.errors.isEmpty)
            expect(Array(text.utf8))
            try arrives(expected, String(text.debugDescription.prefix(60)))
        }
        // Operands are joined by blanks; bytes that are no UTF-8 stay what they are, in an argument and from a pipe.
        let words = try shell(#"mosaic send a01 -- one "$(printf 'a\377b\376')" two "$(printf 'a\376b\377')""#)
        #expect(try words.wait() == .exit(0), "\(words.errors)")
        expect(Array("one a".utf8) + [0xFF] + Array("b".utf8) + [0xFE] + Array(" two a".utf8) + [0xFE, 0x62, 0xFF])
        try arrives(expected, "what is no UTF-8")
        let every = try shell(
            #"i=0; while [ $i -lt 256 ]; do printf "\\$(printf %03o $i)"; i=$((i+1)); done | mosaic send a01 -"#)
        #expect(try every.wait() == .exit(0), "\(every.errors)")
        expect((0...255).map(UInt8.init))
        try arrives(expected, "every byte")
        let large = try shell("head -c 1000000 /dev/zero | tr '\\0' q | mosaic send a01 -")
        #expect(try large.wait() == .exit(0), "\(large.errors)")
        expect([UInt8](repeating: UInt8(ascii: "q"), count: 1_000_000))
        try arrives(expected, "a megabyte")
        #expect(try run("send", "a01", "x", "--enter").wait() == .exit(0))
        expect([UInt8(ascii: "x")])
        expected.append(0x0D)
        try arrives(expected, "Enter")
        // Nothing stays in the server, and nothing went elsewhere.
        #expect(try tmux("list-buffers") == "")
        #expect(typed("a02").isEmpty)
    }

    @Test("A text that would end the paste itself is refused, and nothing arrives")
    func pasteEnd() throws {
        try start(brackets: true)
        for text in ["a\u{1B}[201~rm -rf /\r", "\u{1B}\u{1B}[201~"] {
            let refused = try run("send", "a01", "--", text)
            #expect(try refused.wait() == .exit(64))
            #expect(refused.errors.contains("ESC[201~ at byte 1"), "\(refused.errors)")
        }
        let piped = try shell(#"printf 'x\033[201~y' | mosaic send a01 -"#)
        #expect(try piped.wait() == .exit(64))
        #expect(try run("send", "a01", "end").wait() == .exit(0))
        try arrives(Array("\u{1B}[200~end\u{1B}[201~".utf8), "what came after")
    }

    @Test("Keys by name; what is no key is refused whole")
    func keys() throws {
        try start(brackets: true)
        #expect(try run("send", "a01", "--keys", "--", "a", ";", "C-c", "Escape", "Up", "-").wait() == .exit(0))
        try arrives(Array("a;\u{03}\u{1B}\u{1B}[A-".utf8), "keys")
        for word in ["entr", "C-", "ab", "", "Enter\n"] {
            let refused = try run("send", "a01", "--keys", "--", "b", word)
            #expect(try refused.wait() == .exit(64), "\(word)")
            #expect(refused.errors.contains("is not a known key"), "\(refused.errors)")
        }
        #expect(typed() == Array("a;\u{03}\u{1B}\u{1B}[A-".utf8))
        // An empty text has a return all the same.
        #expect(try run("send", "a01", "--enter", "").wait() == .exit(0))
        try arrives(Array("a;\u{03}\u{1B}\u{1B}[A-\r".utf8), "Enter alone")
    }

    @Test("Refused, with the reason, where the agent cannot take it; nothing is typed and nothing is left behind")
    func refused() throws {
        try start(brackets: false)
        func refuse(_ status: Int32, _ words: String) throws {
            for line in [["send", "a01", "x"], ["send", "a01", "--keys", "x"]] {
                let process = try run(line)
                #expect(try process.wait() == .exit(status), "\(process.errors)")
                #expect(process.errors.contains(words), "\(process.errors)")
            }
        }
        _ = try tmux("copy-mode", "-t", "=a01:")
        try refuse(75, "the pane of agent 'a01' is in copy-mode")
        _ = try tmux("copy-mode", "-q", "-t", "=a01:")
        _ = try tmux("select-pane", "-d", "-t", "=a01:")
        try refuse(75, "input to the pane of agent 'a01' is turned off")
        _ = try tmux("select-pane", "-e", "-t", "=a01:")
        // An operator's own window in the agent's session does not get it, and does not hide the agent's.
        _ = try tmux(
            "new-window", "-t", "=a01:", "--", "sh", "-c", "stty raw -echo; exec cat >\(fleet.folder.path)/other")
        #expect(try run("send", "a01", "mine").wait() == .exit(0))
        try arrives(Array("mine".utf8), "the text")
        #expect(bytes(of: fleet.folder.path + "/other").isEmpty)
        #expect(try tmux("list-buffers") == "")
        #expect(try run("stop", "a01").wait() == .exit(0))
        try refuse(3, "agent 'a01' is inactive; nothing was typed")
        let unknown = try run("send", "nobody", "x")
        #expect(try unknown.wait() == .exit(4), "\(unknown.errors)")
        let many = try run("send", "a*", "x")
        #expect(try many.wait() == .exit(64))
        #expect(many.errors.contains("matches 2 agents, but send takes one"), "\(many.errors)")
    }
}
