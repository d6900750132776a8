import FleetTestSupport
import Glibc
import Testing

/// A real fleet whose agents do what they are told, and report what they do.
final class ReportingFleet {
    let fleet: RealFleet

    /// An agent reads orders, a line each, from a pipe of its own: `say STATE [NOTE]`, `work SECONDS`, or any command.
    /// Each piece of work is noted at its beginning and at its end, so that one that was cut can be told.
    private static let agent = """
        say() { '$mosaic' fleet report "$1" ${2:+--note "$2"}; }
        work() {
            echo begin >>"$folder/$name.work"
            say busy "$2"
            sleep "$1"
            echo end >>"$folder/$name.work"
            say idle
        }
        folder=$1 name=$2
        orders=$folder/$name.orders
        [ -p "$orders" ] || mkfifo "$orders"
        exec 3<>"$orders"
        while read -r line <&3; do eval "$line"; done
        """

    init(agents count: Int) throws {
        let mosaic = try BuiltProduct.path("mosaic")
        fleet = try RealFleet(
            agents: count, script: Self.agent.replacing("$mosaic", with: mosaic))
        #expect(try fleet.troubles() == [])
    }

    func order(_ name: String, _ line: String) throws {
        let path = "\(fleet.folder.path)/\(name).orders"
        let pipe = try eventually("agent \(name) reads its orders") {
            let file = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            return file >= 0 ? file : nil
        }
        defer { close(pipe) }
        let bytes = Array("\(line)\n".utf8)
        guard write(pipe, bytes, bytes.count) == bytes.count else { throw DeadlineMissed("write \(path): \(errno)") }
    }

    /// Returns when systemd itself shows it.
    func say(_ words: String, _ names: [String]) throws {
        for name in names { try order(name, "say \(words)") }
        let state = words.split(separator: " ").first.map(String.init) ?? words
        for name in names { try shows(state, name) }
    }

    func work(_ seconds: Int, _ name: String, note: String = "") throws {
        try order(name, "work \(seconds) '\(note)'")
        try shows("busy", name)
    }

    private func shows(_ state: String, _ name: String) throws {
        try eventually("\(name) is \(state)", within: .seconds(40)) {
            try statusText(name).hasPrefix("\(state) since ") ? true : nil
        }
    }

    func statusText(_ name: String) throws -> String {
        try fleet.systemctl("show", "-p", "StatusText", "--value", "mosaic-agent@\(name).service")
    }

    /// Pieces of work of the agent that were begun, and that were ended.
    func pieces(_ name: String) -> (begun: Int, ended: Int) {
        let lines = TestProcess.contents("\(fleet.folder.path)/\(name).work").split(separator: "\n")
        return (lines.count { $0 == "begin" }, lines.count { $0 == "end" })
    }

    func invocations() throws -> [String] { try fleet.units().map(\.invocation) }
}
