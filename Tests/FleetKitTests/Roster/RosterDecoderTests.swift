import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("roster.toml")
struct RosterDecoderTests {
    private func decode(_ text: String) throws -> Roster {
        try RosterDecoder.decode(Array(text.utf8), file: "/r.toml")
    }

    @Test func readsEverything() throws {
        let roster = try decode(
            """
            version = 1
            [holder]
            unit = "my-holder.service"
            socket = "/run/x.sock"
            [guard]
            stall_after = "45s"
            max_wait = "0"
            mutex = "path"
            [settle]
            timeout = "1m30s"
            stable_for = "0"
            [[agent]]
            name = "planner"
            command = ["claude", "--continue"]
            directory = "~/src/app"
            [[agent]]
            name = "b.2"
            autostart = false
            """)
        #expect(roster.origin == .file("/r.toml"))
        #expect(roster.holder == Roster.Holder(unit: try UnitName("my-holder.service"), socket: .path("/run/x.sock")))
        #expect(
            roster.guardSettings == Roster.GuardSettings(stallAfter: .seconds(45), maxWait: .zero, mutex: .path))
        #expect(roster.settle == Roster.SettleSettings(timeout: .seconds(90), stableFor: .zero))
        #expect(roster.agents.map(\.unit.rawValue) == ["mosaic-agent@planner.service", "mosaic-agent@b.2.service"])
        #expect(roster.agents[0].command == ["claude", "--continue"])
        #expect(roster.agents[0].directory == "~/src/app")
        #expect(roster.agents.map(\.autostart) == [true, false])
    }

    private static let settings = """
        version = 1
        [defaults]
        path = "~/bin:/usr/bin"
        environment = { A = "1", B = "2" }
        memory_max = "2G"
        stop_keys = ["/exit", "Enter"]
        stop_timeout = "20s"
        autostart = false
        last_screen = false
        [events]
        command = ["/bin/tell", "me"]
        [[agent]]
        name = "plain"
        [[agent]]
        name = "own"
        path = "/usr/local/games"
        environment_file = "-~/own.env"
        memory_max = "50%"
        cpu_quota = "150%"
        tasks_max = 500
        stop_command = ["git", "stash", "-u"]
        stop_timeout = "1m30s"
        last_screen = true
        autostart = true
        activity = "quiet 30s"
        [agent.environment]
        B = "own"
        C = "a\\tb\\n$X %h \\"q\\" \\\\"
        """

    @Test func anAgentsOwnKeysWinOverTheDefaults() throws {
        let roster = try decode(Self.settings)
        #expect(roster.events.command == ["/bin/tell", "me"])
        var plain = AgentSettings()
        plain.path = "~/bin:/usr/bin"
        plain.environment = ["A": "1", "B": "2"]
        plain.memoryMax = "2G"
        plain.stopRequest = .keys(["/exit", "Enter"])
        plain.stopTimeout = .seconds(20)
        plain.lastScreen = false
        var own = AgentSettings()
        own.path = "/usr/local/games"
        own.environment = ["A": "1", "B": "own", "C": "a\tb\n$X %h \"q\" \\"]
        own.environmentFile = .init(path: "~/own.env", mayBeMissing: true)
        own.memoryMax = "50%"
        own.cpuQuota = "150%"
        own.tasksMax = "500"
        own.stopRequest = .command(["git", "stash", "-u"])
        own.stopTimeout = .seconds(90)
        own.lastScreen = true
        own.activity = .quiet(.seconds(30))
        #expect(roster.agents.map(\.settings) == [plain, own])
        #expect(roster.agents.map(\.autostart) == [false, true])
    }

    @Test func aDefaultStopRequestCanBeSwitchedOff() throws {
        let roster = try decode(
            "version = 1\n[defaults]\nstop_keys = ['C-c']\ncommand = ['x']\n[[agent]]\nname = 'a'\nstop_command = []")
        #expect(roster.agents.map(\.settings.stopRequest) == [.command([])])
        #expect(roster.agents.map(\.command) == [["x"]])
    }

    /// Lines of an agent, the column of the complaint in the last of them, and a word of it.
    static let badSettings: [(text: String, column: Int, word: String)] = [
        ("path = ''", 8, "empty entry"), ("path = '/bin::/x'", 8, "current directory"),
        ("path = '/bin:bin'", 8, "'bin', which is not absolute"), ("path = \"/bin:/a\\tb\"", 8, "control"),
        ("path = ['/bin']", 8, "but must be a string"),
        ("environment = ['A=1']", 15, "but must be a table"), ("environment = { 1A = 'x' }", 22, "not the name"),
        ("environment = { 'A=B' = 'x' }", 25, "not the name"), ("environment = { '' = 'x' }", 22, "not the name"),
        ("environment = { A = 1 }", 21, "but must be a string"), ("environment.PATH = '/bin'", 20, "path ="),
        ("environment.TMUX = 'x'", 20, "cannot be set"), ("environment.NOTIFY_SOCKET = 'x'", 29, "cannot be set"),
        ("environment = { Ü = 'x' }", 17, "only in strings"), ("environment = { 'Ü' = 'x' }", 23, "not the name"),
        ("environment.A = \"\\u0007\"", 17, "does not accept"), ("environment.A = \"\\uFFFF\"", 17, "does not accept"),
        ("environment.A = \"\\U0002FFFE\"", 17, "does not accept"), ("environment.A = \"\\u0000\"", 17, "NUL"),
        ("environment_file = 'x.env'", 20, "not absolute"), ("environment_file = '--/x'", 20, "not absolute"),
        ("environment_file = '/a*.env'", 20, "* ? ["), ("environment_file = '/a\\b'", 20, "another file"),
        ("environment_file = '/a '", 20, "blank"), ("environment_file = \"/a\\nb\"", 20, "control"),
        ("memory_max = '4'", 14, "in bytes"), ("memory_max = '4GB'", 14, "not an amount"),
        ("memory_max = '4g'", 14, "not an amount"), ("memory_max = '-4G'", 14, "not an amount"),
        ("memory_max = '0'", 14, "in bytes"), ("memory_max = '101%'", 14, "more than 100%"),
        ("memory_max = '0%'", 14, "is zero"), ("memory_max = '1e9'", 14, "not an amount"),
        ("memory_max = ''", 14, "not an amount"), ("memory_max = 'inf'", 14, "not an amount"),
        ("memory_max = '9999999999G'", 14, "any machine"), ("memory_max = 4096", 14, "but must be a string"),
        ("memory_max = '0x10M'", 14, "not an amount"), ("memory_max = \"4G\\nUser=root\"", 14, "not an amount"),
        ("cpu_quota = '200'", 13, "not a percentage"), ("cpu_quota = '0%'", 13, "is zero"),
        ("cpu_quota = '1.234%'", 13, "not a percentage"), ("cpu_quota = 'nan%'", 13, "not a percentage"),
        ("tasks_max = 0", 13, "not a number of tasks"), ("tasks_max = -1", 13, "not a number of tasks"),
        ("tasks_max = '1.5'", 13, "not a number of tasks"), ("tasks_max = true", 13, "a whole number or a string"),
        ("stop_keys = ['']", 13, "empty word"), ("stop_keys = 'Enter'", 13, "array of strings"),
        ("stop_command = ['']", 16, "is empty"), ("stop_keys = ['x']\nstop_command = ['y']", 16, "both"),
        ("stop_timeout = '0'", 16, "longer than 0"), ("stop_timeout = 'infinity'", 16, "not a duration"),
        ("last_screen = 1", 15, "true or false"), ("activity = 'busy'", 12, "\"reported\""),
        ("activity = 'quiet'", 12, "\"reported\""), ("activity = 'quiet 0'", 12, "quiet for 0"),
        ("activity = 'quiet soon'", 12, "not a duration"), ("memory = '4G'", 1, "did you mean memory_max?"),
        ("command = [\"x\", \"\\uFFFF\"]", 11, "no text may have"),
    ]

    @Test(arguments: badSettings.indices, ["[[agent]]\nname = 'a'", "[defaults]"])
    func everyMistakeInASettingNamesItsPlace(index: Int, head: String) {
        let (text, column, word) = Self.badSettings[index]
        let lines = "version = 1\n\(head)\n\(text)"
        let error = #expect(throws: FleetError.self) { try decode(lines) }
        let place = "\(lines.split(separator: "\n").count):\(column)"
        #expect(error?.message.hasPrefix("/r.toml:\(place): ") == true, "\(error?.message ?? "")")
        #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
        #expect(error?.hint.isEmpty == false)
    }

    @Test(
        arguments: [
            "memory_max = '512M'", "memory_max = '1.5G'", "memory_max = 'infinity'", "memory_max = '12.5%'",
            "memory_max = '1048576'", "cpu_quota = '0.5%'", "cpu_quota = '6400%'", "cpu_quota = 'infinity'",
            "tasks_max = '10%'", "tasks_max = 'infinity'", "tasks_max = '7'", "path = '~'",
            "environment = {}", "environment._a1 = ''", "environment_file = '~/x y.env'", "activity = 'reported'",
        ])
    func whatSystemdTakesIsTaken(line: String) throws {
        #expect(try decode("version = 1\n[[agent]]\nname = 'a'\n\(line)").agents.count == 1)
    }

    @Test func anEventCommandNeedsAProgram() {
        let error = #expect(throws: FleetError.self) { try decode("version = 1\n[events]\ncommand = []") }
        #expect(error?.message == "/r.toml:3:11: command of [events] is empty")
    }

    @Test func aSilentRosterLeavesTheDefaults() throws {
        let roster = try decode("\u{FEFF}version = 1\r\n")
        #expect(roster.holder == Roster.Holder(unit: try UnitName("mosaic-tmux-holder.service")))
        #expect(roster.guardSettings == Roster.GuardSettings() && roster.settle == Roster.SettleSettings())
        #expect(roster.agents.isEmpty)
    }

    @Test func theStarterRosterIsValid() throws {
        let roster = try decode(StarterRoster.text)
        #expect(roster.holder.socket == .name("mosaic-fleet"))
        #expect(roster.agents.isEmpty)
        // What it shows in comments is valid too.
        let shown = StarterRoster.text.split(separator: "\n").map { line in
            let words = [
                "stall_after", "max_wait", "mutex", "timeout", "stable", "[[", "name", "command", "dir", "auto",
                "path =", "stop_timeout", "environment", "memory_max", "cpu_quota", "tasks_max", "stop_keys",
                "last_screen",
            ]
            return words.contains { line.hasPrefix("# \($0)") } ? String(line.dropFirst(2)) : String(line)
        }
        let full = try decode(shown.joined(separator: "\n"))
        #expect(full.guardSettings.stallAfter == .seconds(30) && full.settle.stableFor == .seconds(2))
        #expect(full.agents.map(\.name.rawValue) == ["planner"])
        let settings = try #require(full.agents.first?.settings)
        #expect(settings.path == "~/.local/bin:/usr/local/bin:/usr/bin:/bin" && settings.stopTimeout == .seconds(20))
        #expect(settings.environment.count == 1 && settings.environmentFile?.mayBeMissing == true)
        #expect(settings.memoryMax == "4G" && settings.cpuQuota == "200%" && settings.tasksMax == "500")
        #expect(settings.stopRequest == .keys(["/exit", "Enter"]) && settings.lastScreen == true)
    }

    /// The text, the place, and a word of the message or the hint.
    static let bad: [(text: String, place: String, word: String)] = [
        ("", "1:1", "version is missing"),
        ("version = 2", "1:11", "version 1"),
        ("version = \"1\"", "1:11", "whole number"),
        ("version = 1.0", "1:11", "floating-point"),
        ("version = 1\nversio = 1", "2:1", "did you mean version?"),
        ("version = 1\n[holdr]\n", "2:2", "did you mean holder?"),
        ("version = 1\nholder = 3", "2:10", "but must be a table"),
        ("version = 1\n[holder]\nsokcet = 'x'", "3:1", "did you mean socket?"),
        ("version = 1\n[holder]\nunit = 'x'", "3:8", "not a unit name"),
        ("version = 1\n[holder]\nunit = 'x.timer'", "3:8", "not a plain service"),
        ("version = 1\n[holder]\nsocket = ''", "3:10", "empty"),
        ("version = 1\n[holder]\nsocket = 'a/b'", "3:10", "begin with '/'"),
        ("version = 1\n[holder]\nsocket = '-L'", "3:10", "begins with '-'"),
        ("version = 1\n[holder]\nsocket = \"a\\nb\"", "3:10", "control characters"),
        ("version = 1\n[holder]\nsocket = '/" + String(repeating: "s", count: 107) + "'", "3:10", "the limit is 107"),
        ("version = 1\n[guard]\nstall_after = '5 parsecs'", "3:15", "not a duration"),
        ("version = 1\n[guard]\n  stall_after = 30", "3:17", "but must be a string"),
        ("version = 1\n[guard]\nstall_after = '0'", "3:15", "longer than 0"),
        ("version = 1\n[guard]\nmutex = 'file'", "3:9", "kernel"),
        ("version = 1\n[settle]\ntimeout = 1979-05-27", "3:11", "not a string, number"),
        ("version = 1\nsettle.timeout = inf", "2:18", "floating-point"),
        ("version = 1\n[agent]\nname = 'x'", "2:2", "array of tables"),
        ("version = 1\nagent = [1]", "2:10", "agent number 1"),
        ("version = 1\n[[agent]]\n", "2:3", "no name"),
        ("version = 1\n[[agent]]\nname = '-H x'", "3:8", "not an agent name"),
        ("version = 1\n[[agent]]\nname = 'a/b'", "3:8", "not an agent name"),
        ("version = 1\n[[agent]]\nname = 'a'\ncommand = []", "4:11", "is empty"),
        ("version = 1\n[[agent]]\nname = 'a'\ncommand = ['']", "4:11", "is empty"),
        ("version = 1\n[[agent]]\nname = 'a'\ncommand = 'ls -l'", "4:11", "array of strings"),
        ("version = 1\n[[agent]]\nname = 'a'\ncommand = ['ls',\n  # 'x'\n  7]", "6:3", "element 2"),
        ("version = 1\n[[agent]]\nname = 'a'\ndirectory = 'src'", "4:13", "not absolute"),
        ("version = 1\n[[agent]]\nname = 'a'\nautostart = 'yes'", "4:13", "true or false"),
        ("version = 1\n[[agent]]\nname = 'a'\n[[agent]]\nname = 'a'", "5:8", "already in line 3"),
        ("version = 1\n[[agent]]\nname = 'a.b'\n[[agent]]\nname = 'a_b'", "5:8", "tmux session of 'a.b'"),
        ("version = 1\n[[agent]]\nname = 'a\nb'", "3:10", ""),
        ("version = 1\nversion = 1", "2:", "redefine"),
        ("version = 1\n[holder]\n[holder]", "3:", "redefine"),
        ("version = 99999999999999999999", "1:", "64 bits"),
        ("version = 1\n[[agent]]\nname = \"a\\u0000\"", "3:8", "NUL"),
        ("version = 1\n[[agent]]\nname = 'é' # ü\nnmae = 'x'", "4:1", "did you mean name?"),
        ("version = 1\nx.y.z = 1", "2:1", "unknown key 'x'"),
        ("version = 1\nholder = { unit = 'a.service', sock = 'x' }", "2:32", "did you mean socket?"),
        ("version = 1\n\"so\\u0063ket\" = 1", "2:1", "unknown key 'socket'"),
        // The library would abort on the first (found by fuzzing).
        ("version = 9\u{1}\u{7f}-_-----n 8 0\u{14}hw", "1:12", "allowed only in strings"),
        ("version = 1\r\nx\r = 1", "2:2", "allowed only in strings"),
        ("version = 1\n\u{7f}x = 1", "2:1", "allowed only in strings"),
    ]

    @Test(arguments: bad.indices)
    func everyMistakeNamesItsPlace(index: Int) {
        let (text, place, word) = Self.bad[index]
        let error = #expect(throws: FleetError.self) { try decode(text) }
        #expect(error?.code == .badRoster)
        #expect(error?.message.hasPrefix("/r.toml:\(place)") == true, "\(error?.message ?? "")")
        #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
        #expect(error?.hint.isEmpty == false)
    }

    @Test func placesAreRightBehindTextThatLooksLikeKeys() {
        let text = """
            version = 1 # name = "x"
            # [[agent]]
            [[agent]] # first
            name = "one"
            command = [
              "sh", # [[agent]]
              '''
            [[agent]]
            name = "fake"
            nonsense = 1
            ''', \"""
            name = "fake" \\\"""
            \""", 'name = "in a string"', # ]
            ]

            [[ "agent" ]]
            command = ["a", "b"]
              "name"   =   "two"
            [[agent]]
            name = "three"
            colour = "x"
            """
        let error = #expect(throws: FleetError.self) { try decode(text) }
        #expect(error?.message == "/r.toml:21:1: unknown key 'colour' in [[agent]] number 3")
        let twice = #expect(throws: FleetError.self) {
            try decode(text.replacing("\"two\"", with: "\"one\"").replacing("colour = \"x\"", with: ""))
        }
        #expect(twice?.message == "/r.toml:18:16: agent 'one' is already in line 4")
    }

    @Test(
        arguments: [
            ([0x76, 0x0A, 0x23, 0xC3, 0xA9, 0xFF], "2:3: not valid UTF-8"), ([0x76, 0x00], "1:2: a NUL byte"),
            ([0x23, 0xED, 0xA0, 0x80], "1:2: not valid UTF-8"), ([0x23, 0xE2, 0x82], "1:2: not valid UTF-8"),
        ] as [([UInt8], String)])
    func bytesThatAreNoText(bytes: [UInt8], message: String) {
        let error = #expect(throws: FleetError.self) { try RosterDecoder.decode(bytes, file: "/r.toml") }
        #expect(error?.message == "/r.toml:\(message)")
    }

    /// Each of these ended the process in the TOML library, or would cost it minutes.
    @Test(
        .timeLimit(.minutes(10)),
        arguments: [
            String(repeating: "a.", count: 100_000) + "a = 1", "[" + String(repeating: "a.", count: 100_000) + "a]",
            "\"x\"" + String(repeating: " . 'y'", count: 100_000) + "= 1",
            "a = " + String(repeating: "[", count: 100_000),
            "a = " + String(repeating: "{a=", count: 100_000), "a = " + String(repeating: "[1,", count: 100_000),
            "version = 1\n" + String(repeating: "[[agent]]\n", count: 50_000),
            "version = 1\nx = [" + String(repeating: "1,", count: 300_000) + "]", "a = \"\\ud800\"", "a = \"\u{1}\"",
            "a\r= 1", "=", "[", "[[", "[[]]", "[a", "a = \"", "a = '''", "a = {", "a = [", "\"", "'", "a = nan",
        ])
    func nastyTextIsRefusedAndNotFollowed(text: String) {
        let error = #expect(throws: FleetError.self) { try decode(text) }
        #expect(error?.code == .badRoster)
    }
}
