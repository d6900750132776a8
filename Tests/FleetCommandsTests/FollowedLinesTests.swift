import Testing

@testable import FleetCommands

@Suite("peek -f: lines that scroll by")
struct FollowedLinesTests {
    @Test("Each line is told once, however many scrolled away at the top")
    func scrolls() {
        var followed = FollowedLines(["a", "b", "c"])
        #expect(followed.take(["a", "b", "c"]) == [])
        #expect(followed.take(["a", "b", "c", "d"]) == ["d"])
        #expect(followed.take(["c", "d", "e", "f"]) == ["e", "f"])
        #expect(followed.take(["f", "g"]) == ["g"])
        #expect(followed.take([]) == [])
        #expect(followed.take(["new"]) == ["new"])
    }

    @Test("The same line again and again is told as often as it comes")
    func repeats() {
        var followed = FollowedLines(["x", "x"])
        #expect(followed.take(["x", "x", "x"]) == ["x"])
    }

    @Test("Lines that differ in bytes alone are different lines")
    func bytes() {
        var followed = FollowedLines(["e\u{301}"])
        #expect(followed.take(["\u{e9}"]) == ["\u{e9}"])
    }

    @Test("A screen that was drawn anew is told anew")
    func redrawn() {
        var followed = FollowedLines(["1%", "bar"])
        #expect(followed.take(["2%", "bar"]) == ["2%", "bar"])
    }
}
