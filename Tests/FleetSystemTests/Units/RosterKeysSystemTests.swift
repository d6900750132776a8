import FleetKit
import Foundation
import Testing

/// The roster's keys as a real systemd reads them.
@Suite("Keys of the roster, for real", .serialized, .timeLimit(.minutes(10)))
struct RosterKeysSystemTests {
    private let unit = "mosaic-agent@a.service"

    /// Each value in an order of its own bytes that systemd, a shell or tmux might act on.
    static let values: [String] = [
        "", " ", "a b", "$HOME ${HOME} $$", "%h %% % %i", "\"", "'", "\\", "\\\\x41\\n", "a\\", "\n", "a\nB=c\n",
        "\t x \t",
        ";", "# no comment", "=", "a=b", "é😀\u{202E}\u{FEFF}", "`id` $(id) #(id)", "-", "[Service]\nUser=root",
        String(repeating: "x", count: 20_000),
    ]

    @Test func everyByteOfAValueArrives() throws {
        let machine = try UnitsMachine()
        let file = try machine.folder + "/my %h.env"
        try "FROM_FILE=yes\nV0=file wins\n".write(toFile: file, atomically: true, encoding: .utf8)
        let lines = Self.values.enumerated().map { "V\($0.offset + 1) = \(UnitsSystemTests.toml($0.element))" }
        try machine.install(
            """
            [defaults]
            path = "~/bin %h:/usr/bin:/bin"
            environment = { V0 = "default", ONLY = "default" }
            [[agent]]
            name = "a"
            command = ["sleep", "999"]
            environment_file = "~/my %h.env"
            [agent.environment]

            """ + lines.joined(separator: "\n") + "\n")
        #expect(machine.systemctl("start", unit) == 0)
        let process = machine.property("MainPID", unit)
        let bytes = try #require(FileManager.default.contents(atPath: "/proc/\(process)/environ"))
        var seen: [String: String] = [:]
        for entry in bytes.split(separator: 0) {
            let pair = String(decoding: entry, as: UTF8.self).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            seen[String(pair[0])] = String(pair[1])
        }
        for (index, value) in Self.values.enumerated() { #expect(seen["V\(index + 1)"] == value) }
        #expect(seen["V0"] == "file wins" && seen["FROM_FILE"] == "yes" && seen["ONLY"] == "default")
        #expect(seen["PATH"] == (try machine.folder + "/bin %h:/usr/bin:/bin"))
    }

    @Test func limitsAndTimesAreTheUnits() throws {
        let machine = try UnitsMachine()
        try machine.install(
            """
            [[agent]]
            name = "a"
            command = ["sleep", "999"]
            memory_max = "1.5G"
            cpu_quota = "150%"
            tasks_max = 123
            stop_timeout = "1m30s"
            environment_file = "-/nonexistent"

            """)
        #expect(machine.systemctl("start", unit) == 0)
        #expect(machine.property("MemoryMax", unit) == "1610612736")
        #expect(machine.property("CPUQuotaPerSecUSec", unit) == "1.500000s")
        #expect(machine.property("TasksMax", unit) == "123")
        #expect(machine.property("TimeoutStopUSec", unit) == "1min 30s")
        #expect(machine.property("EnvironmentFiles", unit) == "/nonexistent (ignore_errors=yes)")
    }

    @Test func aMissingEnvironmentFileKeepsTheAgentDown() throws {
        let machine = try UnitsMachine()
        try machine.install(
            "[[agent]]\nname = \"a\"\ncommand = [\"sleep\", \"999\"]\nenvironment_file = \"/nonexistent\"\n")
        try machine.addDropIn(unit, "[Service]\nRestart=no\n")
        #expect(machine.systemctl("start", unit) != 0)
        #expect(machine.state(unit) == "failed/failed/resources")
    }
}
