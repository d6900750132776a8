internal import FleetGuard

/// An agent's report to its unit's main process: one message over the unit's socket, answered by one.
package struct ActivityReport: Equatable {
    package var state: Activity.State
    package var note: String?

    /// The states that an agent can report; `unknown` is the state without a report.
    package static let states = Activity.State.allCases.filter { $0 != .unknown }

    package init(_ state: Activity.State, note: String? = nil) {
        self.state = state
        self.note = note
    }
}

/// The message: the parts are separated by NUL, which no argument of a program can hold.
struct ReportMessage: Equatable {
    var report: ActivityReport
    /// Which run of the agent it is from: a new one for each start of the agent, also within one invocation of the unit.
    var run: String

    private static let mark = "report"
    /// More than the longest rightful message has.
    static let sizeLimit = 512
    static let taken = "taken"
    static let answerLimit = 512

    var bytes: [UInt8] {
        Array([Self.mark, run, report.state.rawValue, report.note ?? ""].joined(separator: "\0").utf8)
    }

    init(_ report: ActivityReport, run: String) {
        self.report = report
        self.run = run
    }

    /// nil for anything but such a message. The note is not checked.
    init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count <= Self.sizeLimit, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let parts = text.parts(at: "\0", atMost: 4, keepingEmpty: true)
        guard parts.count == 4, parts[0].isExactly(Self.mark),
            let state = ActivityReport.states.first(where: { parts[2].isExactly($0.rawValue) })
        else { return nil }
        report = ActivityReport(state, note: parts[3].isEmpty ? nil : String(parts[3]))
        run = String(parts[1])
    }
}
