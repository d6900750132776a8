import Foundation
import Testing

/// An agent that runs, one after the other, the scripts that a test gives it: in its own unit, as its hooks would.
struct Puppet {
    let name: String
    let machine: UnitsMachine
    let folder: String

    var unit: String { "mosaic-agent@\(name).service" }

    init(_ name: String, _ machine: UnitsMachine) throws {
        self.name = name
        self.machine = machine
        folder = try machine.folder + "/puppet-\(name)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// For the roster. It says nothing on its terminal.
    func entry(_ more: String = "") -> String {
        let turn = "if mv do doing; then sh doing >out 2>&1; echo $? >>out; mv out done; fi"
        let script = "while :; do \(turn); sleep 0.01; done"
        return """
            [[agent]]
            name = '\(name)'
            command = ['sh', '-c', "cd \(folder) && exec 2>/dev/null; \(script)"]
            \(more)

            """
    }

    /// Runs a script in the agent.
    /// - Returns: what it wrote, and on the last line its exit status.
    @discardableResult
    func run(_ script: String) throws -> [String] {
        let files = FileManager.default
        try? files.removeItem(atPath: folder + "/done")
        try script.write(toFile: folder + "/new", atomically: false, encoding: .utf8)
        try files.moveItem(atPath: folder + "/new", toPath: folder + "/do")
        try #require(machine.eventually(true) { files.fileExists(atPath: folder + "/done") })
        let text = String(decoding: try #require(files.contents(atPath: folder + "/done")), as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }

    /// What a script or a report that a restart cut off has left.
    func clear() {
        for file in ["do", "doing", "out", "done"] { try? FileManager.default.removeItem(atPath: folder + "/" + file) }
    }
}
