import FleetKit
import Testing

@Suite("Outcome judge")
struct OutcomeJudgeTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var verb: UnitCommand.Verb
        var job: JobResult
        var before: State
        var after: State
        var requirementsDown = false
        var result: UnitOutcome.Result

        init(
            _ verb: UnitCommand.Verb, _ job: JobResult, _ before: State, _ after: State, requirementsDown: Bool = false,
            _ result: UnitOutcome.Result
        ) {
            (self.verb, self.job, self.before, self.after) = (verb, job, before, after)
            (self.requirementsDown, self.result) = (requirementsDown, result)
        }

        var testDescription: String { "\(verb) \(job): \(before) to \(after) is \(result)" }
    }

    enum State: Sendable {
        case up(String)
        case down
        case failed(String)
        case failedRun(String, String)
        case autoRestart(String)
        case load(String)
        case conditionFailed
        case activating
        case deactivating
        case limit

        func state(_ name: UnitName) -> UnitState {
            switch self {
            case .up(let run): UnitState(name: name, activeState: "active", subState: "running", invocationID: run)
            case .down: UnitState(name: name)
            case .failed(let why): UnitState(name: name, activeState: "failed", subState: "failed", result: why)
            case .failedRun(let run, let why):
                UnitState(
                    name: name, activeState: "failed", subState: "failed", result: why, invocationID: run)
            case .autoRestart(let why):
                UnitState(name: name, activeState: "activating", subState: "auto-restart", result: why)
            case .load(let state): UnitState(name: name, loadState: state)
            case .conditionFailed: UnitState(name: name, conditionResult: false)
            case .activating: UnitState(name: name, activeState: "activating", subState: "start")
            case .deactivating: UnitState(name: name, activeState: "deactivating", subState: "stop-sigterm")
            case .limit:
                UnitState(name: name, activeState: "failed", subState: "failed", result: "start-limit-hit")
            }
        }
    }

    static let rows: [Row] = [
        Row(.start, .done, .down, .up("1"), .done),
        Row(.start, .done, .up("1"), .up("1"), .done),
        Row(.restart, .done, .up("1"), .up("2"), .done),
        Row(.restart, .done, .down, .up("1"), .done),
        // Nothing is known of the job and the run is the old one: it was not restarted.
        Row(.restart, .lost, .up("1"), .up("1"), .canceled),
        Row(.restart, .lost, .up("1"), .up("2"), .done),
        Row(.restart, .notDone, .up("1"), .up("1"), .canceled),
        // `done` is not "running".
        Row(.start, .done, .down, .down, .exited("dead")),
        Row(.start, .done, .down, .conditionFailed, .skipped),
        Row(.start, .done, .down, .failed("exit-code"), .failed("exit-code")),
        Row(.start, .done, .down, .autoRestart("signal"), .failed("signal")),
        Row(.start, .failed, .down, .failed("timeout"), .failed("timeout")),
        Row(.start, .failed, .down, .limit, .startLimitHit),
        Row(.restart, .notDone, .up("1"), .limit, .startLimitHit),
        // A start that failed without a new run never began, whatever the old run's Result says.
        Row(.start, .failed, .failedRun("1", "exit-code"), .failedRun("1", "exit-code"), .startLimitHit),
        Row(.start, .failed, .failedRun("1", "exit-code"), .failedRun("2", "exit-code"), .failed("exit-code")),
        Row(.start, .timeout, .down, .activating, .timeout),
        Row(.start, .canceled, .down, .down, .canceled),
        Row(.start, .dependency, .down, .failed("exit-code"), .dependency),
        Row(.start, .notDone, .down, .down, requirementsDown: true, .dependency),
        Row(.start, .notDone, .down, .down, .canceled),
        Row(.start, .skipped, .down, .down, .skipped),
        Row(.start, .done, .load("masked"), .load("masked"), .masked),
        Row(.start, .failed, .load("not-found"), .load("not-found"), .notFound),
        Row(.start, .failed, .down, .load("bad-setting"), .loadFailed("bad-setting")),
        Row(.start, .invalid, .down, .down, .refused("invalid")),
        Row(.start, .frozen, .down, .down, .refused("frozen")),
        Row(.start, .other("sulking"), .down, .up("1"), .unknown("sulking")),
        Row(.stop, .done, .up("1"), .down, .done),
        Row(.stop, .done, .up("1"), .failed("signal"), .done),
        Row(.stop, .done, .load("not-found"), .load("not-found"), .done),
        Row(.stop, .canceled, .up("1"), .up("1"), .canceled),
        Row(.stop, .timeout, .up("1"), .deactivating, .timeout),
        Row(.stop, .done, .up("1"), .up("1"), .failed("still active")),
        Row(.resetFailed, .done, .failed("signal"), .down, .done),
        // Taken is done: what was sent right behind it may have failed by now.
        Row(.resetFailed, .done, .failed("signal"), .failed("signal"), .done),
        Row(.resetFailed, .lost, .failed("signal"), .failed("signal"), .failed("signal")),
        Row(.resetFailed, .done, .load("not-found"), .load("not-found"), .notFound),
    ]

    @Test(arguments: rows) func theStateDecidesWhereItSpeaks(_ row: Row) throws {
        let unit = try UnitName("x.service")
        let result = OutcomeJudge.judge(
            UnitCommand(row.verb, unit), job: row.job, before: row.before.state(unit), after: row.after.state(unit),
            requirementsDown: row.requirementsDown)
        #expect(result == row.result)
    }

    @Test func onlySystemdsOwnWordsAreKnown() {
        for name in ["done", "canceled", "timeout", "failed", "dependency", "skipped", "invalid", "frozen"] {
            #expect("\(JobResult(systemdName: name))" == name)
        }
        #expect(JobResult(systemdName: "lost") == .other("lost"))
    }

    @Test func everyOutcomeHasWordsAndEveryFailureANextStep() throws {
        let unit = try UnitName("x.service")
        let results: [UnitOutcome.Result] = [
            .failed("exit-code"), .startLimitHit, .timeout, .canceled, .dependency, .skipped, .masked, .notFound,
            .loadFailed("error"), .exited("dead"), .refused("denied"), .unknown("?"),
        ]
        let words = OutcomeWords()
        var names: Set<String> = ["done"]
        for result in results {
            let outcome = UnitOutcome(command: UnitCommand(.start, unit), result: result, state: nil)
            #expect(!words.message(for: outcome).isEmpty)
            #expect(!words.nextStep(for: outcome).isEmpty)
            names.insert(OutcomeWords.name(of: result))
        }
        #expect(names.count == results.count + 1)
        let hostile = UnitOutcome(command: UnitCommand(.start, unit), result: .unknown("a\u{1b}[2Jb\nc"), state: nil)
        #expect(!words.message(for: hostile).unicodeScalars.contains { $0.value < 0x20 })
    }
}
