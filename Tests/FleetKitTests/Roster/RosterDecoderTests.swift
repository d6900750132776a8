import Testing

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
            ]
            return words.contains { line.hasPrefix("# \($0)") } ? String(line.dropFirst(2)) : String(line)
        }
        let full = try decode(shown.joined(separator: "\n"))
        #expect(full.guardSettings.stallAfter == .seconds(30) && full.settle.stableFor == .seconds(2))
        #expect(full.agents.map(\.name.rawValue) == ["planner"])
    }

    /// The text, the place, and a word of the message or the hint.
    static let bad: [(text: String, place: String, word: String)] = [
        ("", "1:1", "version is missing"),
        ("version = 2", "1:11", "version 1"),
        ("version = \"1\"", "1:11", "whole number"),
        ("version = 1.0", "1:11", "floating-point"),
        ("version = 1\nversio = 1", "2:1", "did you mean version?"),
        ("version = 1\n[holdr]\n", "2:2", "did you mean holder?"),
        ("version = 1\nholder = 3", "2:10", "a table is needed"),
        ("version = 1\n[holder]\nsokcet = 'x'", "3:1", "did you mean socket?"),
        ("version = 1\n[holder]\nunit = 'x'", "3:8", "not a unit name"),
        ("version = 1\n[holder]\nunit = 'x.timer'", "3:8", "not a plain service"),
        ("version = 1\n[holder]\nsocket = ''", "3:10", "empty"),
        ("version = 1\n[holder]\nsocket = 'a/b'", "3:10", "begin with '/'"),
        ("version = 1\n[holder]\nsocket = '-L'", "3:10", "begins with '-'"),
        ("version = 1\n[holder]\nsocket = \"a\\nb\"", "3:10", "control characters"),
        ("version = 1\n[holder]\nsocket = '/" + String(repeating: "s", count: 107) + "'", "3:10", "107 are allowed"),
        ("version = 1\n[guard]\nstall_after = '5 parsecs'", "3:15", "not a duration"),
        ("version = 1\n[guard]\n  stall_after = 30", "3:17", "a string is needed"),
        ("version = 1\n[guard]\nstall_after = '0'", "3:15", "longer than 0"),
        ("version = 1\n[guard]\nmutex = 'file'", "3:9", "kernel"),
        ("version = 1\n[settle]\ntimeout = 1979-05-27", "3:11", "no string, number"),
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
        ("version = 9\u{1}\u{7f}-_-----n 8 0\u{14}hw", "1:12", "may not stand outside"),
        ("version = 1\r\nx\r = 1", "2:2", "may not stand outside"),
        ("version = 1\n\u{7f}x = 1", "2:1", "may not stand outside"),
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
        .timeLimit(.minutes(5)),
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
