import Testing

@testable import FleetGuard
@testable import FleetKit

/// To a Swift string U+037E is `;`, U+212A is `K`, and a mark is part of the character before it. To the kernel, tmux and
/// systemd each is bytes of its own.
@Suite("Text as bytes")
struct ExactTextTests {
    static let lookalikes = [(";", "\u{37E}"), ("K", "\u{212A}"), ("`", "\u{1FEF}"), ("\u{E9}", "e\u{301}")]

    @Test("What Swift takes for equal is not, byte by byte", arguments: lookalikes)
    func equality(_ one: String, _ other: String) throws {
        try #require(one == other)
        #expect(!one.isExactly(other) && one.isExactly(one))
        #expect(!"a\(one)".ends(with: other) && !"\(one)a".begins(with: other))
        #expect("a\(one)".before(other) == nil && "\(one)a".after(other) == nil)
        #expect(![one].containsExactly(other) && [one].containsExactly(one))
    }

    @Test func aMarkTakesNoSeparatorAlong() {
        #expect("/\u{301}x".begins(with: "/") && "x/".ends(with: "/"))
        #expect("/\u{301}x".after("/")?.isExactly("\u{301}x") == true)
        #expect("a=\u{301}b".halves(at: "=")?.1.isExactly("\u{301}b") == true)
        #expect("a:\u{301}b:c".parts(at: ":").map(\.utf8.count) == [1, 3, 1])
        #expect("a,,b".parts(at: ",", keepingEmpty: true) == ["a", "", "b"])
        #expect("a b c d".parts(at: " ", atMost: 2) == ["a", "b c d"])
        #expect("#\u{301}".replacingEach("#", by: "##").utf8.elementsEqual("##\u{301}".utf8))
    }

    /// CR LF is one character.
    @Test func aLineMayEndInCR() {
        #expect("a\r\nb".parts(at: "\n") == ["a\r", "b"])
    }

    @Test(
        "A word arrives in tmux as it is",
        arguments: ["x;", "x\u{37E}", "x\u{37E}\u{301}", "x;\u{301}", ";", "\u{37E}"])
    func tmux(_ word: String) {
        let literal = Array(TmuxWords.literal(word).utf8)
        // tmux drops the backslash in front of a `;` at the end, and takes one without it for the end of the command.
        let arrives =
            word.utf8.last == UInt8(ascii: ";") ? Array(word.utf8.dropLast()) + Array("\\;".utf8) : Array(word.utf8)
        #expect(literal == arrives)
    }

    @Test("A word for a shell arrives as it is", arguments: ["it's", "it'\u{301}s", "a\u{37E}b", "\u{1FEF}x\u{1FEF}"])
    func shell(_ word: String) {
        let quoted = ShellWord.quoted(word)
        #expect(quoted.utf8.first == UInt8(ascii: "'") && quoted.utf8.last == UInt8(ascii: "'"))
        let inner = String(quoted.utf8.dropFirst().dropLast()) ?? ""
        #expect(inner.utf8.count == word.utf8.count + 3 * word.utf8.count { $0 == UInt8(ascii: "'") })
        #expect(
            inner.utf8.filter { $0 != UInt8(ascii: "'") && $0 != UInt8(ascii: "\\") }
                == word.utf8.filter { $0 != UInt8(ascii: "'") })
    }

    @Test func paths() throws {
        let home = "/\u{301}me/"
        #expect(try HomeDirectory.path(environment: ["HOME": home]).utf8.elementsEqual("/\u{301}me".utf8))
        #expect(
            try HomeDirectory.expandTilde("~/\u{301}x", environment: ["HOME": "/h"]).utf8.elementsEqual(
                "/h/\u{301}x".utf8))
        #expect(try TmuxSocket(parsing: "/\u{301}s") == .path("/\u{301}s"))
        #expect(throws: FleetError.self) { try TmuxSocket(parsing: "a/\u{301}b") }
        #expect(ControlGroupScan.contains("/a", "/a/\u{301}b"))
    }

    @Test func names() throws {
        let agent = Roster.Agent(name: try AgentName("K"), unit: try AgentName("K").unit)
        let roster = Roster(
            origin: .discovered, holder: .init(unit: try UnitName("mosaic-tmux-holder.service")), agents: [agent])
        #expect(try roster.agents(named: ["K"]).count == 1)
        #expect(throws: FleetError.self) { try roster.agents(named: ["\u{212A}"]) }
    }
}
