import FleetTestSupport
import Glibc
import Testing

/// `peek -f` of a real agent, into a file and on a real terminal.
@Suite("Following an agent's screen", .serialized, .timeLimit(.minutes(5)))
struct PeekFollowTests {
    /// Prints each line that it reads from a pipe of its own.
    private static let agent = """
        [ -p "$1/$2.lines" ] || mkfifo "$1/$2.lines"
        echo begin
        exec 3<>"$1/$2.lines"
        while read -r line <&3; do printf '%b\\n' "$line"; done
        """

    private let fleet: RealFleet

    init() throws { fleet = try RealFleet(agents: 1, script: Self.agent) }

    private func tell(_ line: String) throws {
        let path = fleet.folder.path + "/a01.lines"
        let pipe = try eventually("the agent reads") {
            let file = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            return file >= 0 ? file : nil
        }
        defer { close(pipe) }
        let bytes = Array("\(line)\n".utf8)
        guard write(pipe, bytes, bytes.count) == bytes.count else { throw DeadlineMissed("write \(path): \(errno)") }
    }

    @Test("Into a file: each finished line once, until a signal; what ends the agent ends it")
    func lines() throws {
        try tell("first")
        let peek = try fleet.mosaic("peek", "a01", "-f")
        try peek.waitForOutput("first\n")
        // More than a screen at once.
        for number in 0..<100 { try tell("line \(number)") }
        try peek.waitForOutput("line 99\n")
        try tell("\\033[31mred\\033[0m")
        try peek.waitForOutput("red\n")
        let lines = peek.output.split(separator: "\n").map(String.init)
        #expect(lines == ["begin", "first"] + (0..<100).map { "line \($0)" } + ["red"], "\(lines)")
        peek.signal(SIGINT)
        #expect(try peek.wait(within: .seconds(10)) == .exit(130))
        let other = try fleet.mosaic("peek", "a01", "-f", "-n", "2")
        try other.waitForOutput("red\n")
        #expect(!other.output.contains("first\n"))
        try fleet.must(fleet.mosaic("stop", "a01"))
        #expect(try other.wait(within: .seconds(20)) == .exit(0), "\(other.errors)")
        #expect(other.errors.contains("agent 'a01' has ended"))
    }

    @Test("--json: a document for each change")
    func json() throws {
        let peek = try fleet.mosaic("peek", "a01", "-f", "--json")
        try peek.waitForOutput("\"begin\"")
        try tell("second")
        try peek.waitForOutput("\"second\"")
        peek.signal(SIGTERM)
        #expect(try peek.wait(within: .seconds(10)) == .exit(143))
        for line in peek.output.split(separator: "\n") {
            #expect(try JSONText(String(line)).object["agent"] as? String == "a01")
        }
    }

    @Test("On a terminal: drawn in place, and q ends it")
    func terminal() throws {
        let terminal = try SizedTerminal(
            columns: 40, rows: 10, environment: fleet.environment,
            ["/bin/sh", "-c", "'\(try BuiltProduct.path("mosaic"))' fleet peek a01 -f; echo \"status $?\"; exec cat"])
        let shown = try terminal.wait(for: "begin")
        #expect(shown.first == "a01  q ends", "\(shown)")
        try tell("something new")
        _ = try terminal.wait(for: "something new")
        try terminal.type("q")
        let left = try terminal.wait(for: "status 0")
        // What it showed last stays among the lines.
        #expect(left.contains("something new"), "\(left)")
    }
}
