import Testing

@testable import FleetCommands
@testable import FleetGuard
@testable import FleetKit

/// The picture of a wait for the lock.
struct LockWaitFrameTests {
    static func status(_ change: (inout WaitStatus) -> Void = { _ in }) throws -> WaitStatus {
        let text = """
            {"version":1,"token":"5c0ffee0-91cc-4794-b060-3d747550ef67","pid":4711,"processStart":1,"pidNamespace":1,\
            "bootID":"b","host":"vm","uid":0,"scope":"fleet","command":"mosaic fleet restart\\u001b[2J",\
            "reason":"new tmux","acquiredAt":"2026-11-24T04:18:51.768Z","mutex":"kernel"}
            {"phase":"start","done":12,"total":20}

            """
        let record = try LockRecordText(parsing: Array(text.utf8))
        let observation = LockObservation(
            id: FileID(device: 1, inode: 1), stamp: FileTime(seconds: 0, nanoseconds: 0), kind: .regular,
            content: .record(record), kernelLock: .held)
        var status = WaitStatus(
            observation: observation, verdict: .held, waited: .seconds(12), owner: .seconds(12), unchanged: .zero,
            policy: WaitPolicy())
        change(&status)
        return status
    }

    static func text(_ status: WaitStatus, width: Int = 80, height: Int = 24, later: Duration = .zero) -> [String] {
        return LockWaitFrame(
            look: .init(status, at: .seconds(50)), size: TerminalSize(width: width, height: height),
            now: .seconds(50) + later,
            style: Style(isColored: false)
        ).lines().map(\.text)
    }

    @Test("who has it, how far it is, and a countdown that goes on between two looks")
    func picture() throws {
        let lines = Self.text(try Self.status())
        #expect(lines[0] == "waiting for the lock  12.0s")
        #expect(lines[1] == "  owner     pid 4711 (mosaic fleet restart\\u{1b}[2J)")
        #expect(lines[2] == "  restarts  the whole fleet")
        #expect(lines[3] == "  reason    new tmux")
        #expect(lines[4].hasPrefix("  since     "))
        #expect(lines[5].hasPrefix("  phase     start 12/20     [=====================>"))
        #expect(lines[6] == "  takes over in 9m 48s (--max-wait 10m)")
        let later = Self.text(try Self.status(), later: .seconds(1))
        #expect(later[0] == "waiting for the lock  13.0s")
        #expect(later[6] == "  takes over in 9m 47s (--max-wait 10m)")
    }

    @Test("the countdown to a takeover is the owner's, and waits for the plan that the owner declared")
    func plan() throws {
        let next = Self.text(
            try Self.status {
                $0.waited = .seconds(900)
                $0.owner = .seconds(12)
            })
        #expect(next.last == "  takes over in 9m 48s (--max-wait 10m)")
        let long = try Self.status { status in
            guard case .record(var text) = status.observation.content else { return }
            text.record.maxHoldSeconds = 1200
            status.observation.content = .record(text)
        }
        #expect(Self.text(long).last == "  takes over in 19m 48s (the owner's plan may take 20m)")
    }

    @Test("what happens at the bound is what the options say")
    func bounds() throws {
        #expect(Self.text(try Self.status { $0.policy.onTimeout = .fail }).last?.contains("gives up in 9m 48s") == true)
        #expect(Self.text(try Self.status { $0.policy.maxWait = nil }).last?.contains("as long as it takes") == true)
        let silent = Self.text(try Self.status { $0.unchanged = .seconds(20) })
        #expect(silent.contains("  silent    no progress for 20s; evicted after 30s"))
    }

    @Test("no size breaks it, and the countdown is the last to go", arguments: [1, 8, 40, 200], [1, 2, 3, 24])
    func sizes(_ width: Int, _ height: Int) throws {
        let lines = LockWaitFrame(
            look: .init(try Self.status(), at: .zero), size: TerminalSize(width: width, height: height),
            now: .seconds(1), style: Style(isColored: true)
        ).lines()
        #expect(lines.count <= max(1, height - 1) && !lines.isEmpty)
        #expect(lines.allSatisfy { $0.columns <= max(1, width - 1) })
        if width == 200 { #expect(lines.last?.text.contains("takes over in") == true) }
    }
}
