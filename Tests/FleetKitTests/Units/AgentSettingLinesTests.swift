import Testing

@testable import FleetKit

@Suite("An agent's settings in its unit")
struct AgentSettingLinesTests {
    @Test func whatTheRosterSaysIsWrittenForSystemd() throws {
        var settings = AgentSettings()
        settings.path = "~/b in:/usr/bin:~"
        settings.environment = ["B": "$X ${Y} %h", "A": "a \"b\" \\ 'c'\n\t;#", "EMPTY": ""]
        settings.environmentFile = .init(path: "~/x %i.env", mayBeMissing: true)
        settings.memoryMax = "50%"
        settings.cpuQuota = "200%"
        settings.tasksMax = "500"
        settings.stopTimeout = .seconds(90)
        #expect(
            try FleetUnits.settingLines(settings, userHome: "/h%") == [
                "Environment=\"PATH=/h%%/b in:/usr/bin:/h%%\"",
                "Environment=\"A=a \\\"b\\\" \\\\ 'c'\\n\\t;#\"",
                "Environment=\"B=$X ${Y} %%h\"",
                "Environment=EMPTY=",
                "EnvironmentFile=-/h%%/x %%i.env",
                "MemoryMax=50%", "CPUQuota=200%", "TasksMax=500", "TimeoutStopSec=1m30s",
            ])
        #expect(try FleetUnits.settingLines(AgentSettings(), userHome: "/h").isEmpty)
    }

    @Test func anAgentsSettingsStandInItsDropInBeforeItsCommand() throws {
        let units = FleetUnits(
            scope: .user, tmux: "/usr/bin/tmux", mosaic: "/usr/bin/mosaic", holder: try UnitName("h.service"),
            socket: .name("s"))
        let agent = Roster.Agent(name: try AgentName("a"), unit: try UnitName("x.service"), command: ["c"])
        let text = try units.dropInText(agent, directory: "/", settings: ["MemoryMax=1G", "TasksMax=5"], roster: "/r")
        #expect(text.contains("\n[Service]\nEnvironment=MOSAIC_SESSION=a\nMemoryMax=1G\nTasksMax=5\nExecStart=\n"))
    }
}
