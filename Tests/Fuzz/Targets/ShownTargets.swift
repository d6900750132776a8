internal import FoundationEssentials

@testable internal import FleetCommands
@testable internal import FleetGuard
@testable internal import FleetKit

/// From what was read on to what is printed: every number of a file or a peer is counted with and cut to a terminal there.
enum Shown {
    /// Columns and rows: none, the usual, and the most that the kernel's `winsize` can say.
    static let sizes = [(1, 1), (2, 3), (20, 6), (80, 24), (65535, 65535)].map {
        TerminalSize(width: $0.0, height: $0.1)
    }
    static let style = Style(isColored: false)

    /// Lines for a terminal: no control character but the line's end.
    static func printed(_ text: String) throws(Broken) {
        for scalar in text.unicodeScalars where scalar != "\n" {
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            try hold(!isControl, "not printable: \(Printable.oneLine(text, limit: 2000))")
        }
    }

    static func drawn(_ lines: [ScreenLine], on size: TerminalSize) throws(Broken) {
        try hold(lines.count <= max(1, size.height - 1), "\(lines.count) lines on \(size.height) rows")
        for line in lines {
            try hold(line.columns <= max(1, size.width - 1), "\(line.columns) columns on \(size.width)")
            try printed(line.text)
        }
    }

    static func json(_ document: some Encodable) throws { _ = try JSONEncoder().encode(document) }
}

extension FuzzTarget {
    /// A lock that was found, as every command shows it that meets one.
    static func show(lock observation: LockObservation, policy: WaitPolicy, waited: Duration) throws {
        // Times as no clock sets them, but a file system may hold.
        let times: [(seconds: Int64, owner: Liveness)] = [
            (observation.stamp.seconds, .alive), (.min, .gone), (.max, .unknowable),
        ]
        for (seconds, liveness) in times {
            var found = observation
            found.stamp.seconds = seconds
            let store = OneLook(found)
            let inspection = try LockInspector(
                store: store, path: "/run/restart.lock", time: SystemTime(), processes: OneOwner(liveness),
                policy: policy
            ).inspect()
            try Shown.printed(LockInspectionText(inspection: inspection, style: Shown.style).render())
            try Shown.json(JSONObject.lock(inspection))
            let status = StatusText(
                report: StatusReport(rows: []), lock: inspection, style: Shown.style, now: Double(seconds))
            try Shown.printed(status.render())
        }
        let status = WaitStatus(
            observation: observation, verdict: .held, waited: waited, owner: waited, unchanged: waited, policy: policy)
        for size in Shown.sizes {
            let frame = LockWaitFrame(
                look: .init(status, at: .zero), size: size, now: .seconds(1), style: Shown.style)
            try Shown.drawn(frame.lines(), on: size)
        }
        try Shown.printed(GuardVoice.waiting(status))
        if let record = observation.record {
            try Shown.printed(LockWords.since(record))
            _ = record.maxHold
        }
    }

    /// `history.jsonl`: any line, in the list, as a timeline and as a picture.
    static func history(_ bytes: [UInt8]) throws {
        for line in bytes.split(separator: UInt8(ascii: "\n")).prefix(64) {
            guard let record = HistoryRecord.parse(line) else { continue }
            try show(record)
        }
    }

    private static func show(_ record: HistoryRecord) throws {
        let timeline = Timeline(record)
        for size in Shown.sizes {
            let width = min(size.width, 500)
            try Shown.printed(HistoryText(records: [record], style: Shown.style, width: width).render())
            try Shown.printed(TimelineText(timeline: timeline, width: width, style: Shown.style).render())
        }
        try Shown.printed(HistoryText.heading(record, style: Shown.style))
        try Shown.printed(HistoryText.rest(record).joined(separator: "\n"))
        try Shown.printed(
            TimelineSVG(timeline: timeline, title: record.kind, subtitle: HistoryWords.sentence(record)).render())
        try Shown.json(JSONObject.history([record], unreadable: 0))
        _ = JournalSocket.encode(JournalEntry.fields(record, .user))
        _ = HistoryRecord.parse(try record.line())
    }

    /// Dates: of a record, of `--since`.
    static func date(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        if let seconds = Timestamp.parse(text) {
            try Shown.printed(LocalTime.ofDayWithDate(seconds) + LocalTime.ofDay(seconds))
            _ = Timestamp.rfc3339(seconds)
        }
        do throws(FleetError) { _ = try SinceText.parse(text, now: 1.8e9) } catch {
            try hold(error.code == .usage, error.message)
            try Shown.printed(error.message)
        }
    }

    /// Units as a backend has read them, through `status` in each of its forms, and `doctor`.
    static func show(states: [UnitState], settings: [UnitSettings]) throws {
        let manager = ReadUnits(states: states, settings: settings)
        let roster = try Roster.discover(from: manager)
        var report = try StatusReport.read(roster, from: manager)
        var flaps = FlapMemory()
        for now in [Duration.zero, .seconds(1)] { flaps.mark(&report, now: now) }
        let lock = LockInspection(
            path: "/run/restart.lock", verdict: .free, observation: nil, owner: nil, stampAge: nil,
            policy: WaitPolicy(), evicted: [])
        for layout in StatusLayout.allCases {
            let text = StatusText(report: report, lock: lock, layout: layout, style: Shown.style, now: 1.8e9)
            try Shown.printed(text.render())
            for size in Shown.sizes {
                try Shown.printed(text.render(width: size.width))
                try Shown.drawn(text.picture(size), on: size)
            }
        }
        try Shown.json(JSONObject.status(report, lock: lock))
        let health = HealthContext(
            home: MosaicHome(absolute: "/nonexistent/home"), scope: .user, environment: [:], time: SystemTime(),
            processes: try ProcFileSystem(), connect: { HealthContext.Connection(manager: .success(manager)) })
        let findings = Doctor(checks: [HolderCheck(), AgentsCheck(), RestartLimitsCheck()]).examine(health)
        try Shown.printed(DoctorText(findings: findings, style: Shown.style, isQuiet: false).render())
        try Shown.json(JSONObject.doctor(findings))
    }
}

/// A lock that is looked at and never taken.
private final class OneLook: LockStore {
    private let observation: LockObservation
    init(_ observation: LockObservation) { self.observation = observation }

    var lockPath: String { "/run/restart.lock" }
    func observe() -> LockObservation? { observation }
    func evicted() -> [EvictedOwner] { [EvictedOwner(name: "evicted-x", observation: observation)] }
    func evicted(before lock: OwnedLock) -> [EvictedOwner] { evicted() }
    func rehearse(_ request: LockRequest) {}
    func acquire(_ request: LockRequest) -> OwnedLock? { nil }
    func takeOver(_ observation: LockObservation, on ground: TakeoverGround, _ request: LockRequest) -> OwnedLock? {
        nil
    }
    func breakLock(_ observation: LockObservation, on ground: TakeoverGround) -> Bool { false }
    func release(_ lock: OwnedLock) {}
    func isOwned(_ lock: OwnedLock) -> Bool { false }
    func stamp(_ lock: OwnedLock) {}
    func append(_ event: ProgressEvent, to lock: OwnedLock) {}
    func bury(_ owner: EvictedOwner) {}
    func borrow(_ observation: LockObservation, _ request: LockRequest) -> OwnedLock? { nil }
    func enter(_ lock: OwnedLock) -> Bool { false }
    func occupant() -> String? { nil }
    func makeWatch() throws(FleetError) -> any LockStoreWatch {
        throw FleetError(.io, "there is nothing to wait for", hint: "")
    }
}

/// The one process that a record names. The machine's own are not looked at: reading all of /proc costs ten
/// milliseconds an input.
private final class OneOwner: ProcessTable {
    let me = ProcessIdentity(pid: 1, start: 1, pidNamespace: 1, bootID: "", host: "", uid: 0)
    private let owner: Liveness

    init(_ owner: Liveness) { self.owner = owner }
    func liveness(of process: ProcessIdentity) -> Liveness { owner }
    func exclusiveHolders(of file: FileID) -> [Int32] { owner == .alive ? [.max] : [] }
    func writers(of file: FileID) -> [Int32] { owner == .alive ? [.max] : [] }
    func identify(_ pid: Int32) -> ProcessIdentity? { nil }
    func runsMyProgram(_ pid: Int32) -> Bool { false }
    func isStopped(_ pid: Int32) -> Bool { false }
    func kill(_ process: ProcessIdentity) -> Bool { false }
}

/// A service manager that knows what was read and does nothing.
private final class ReadUnits: ServiceManager {
    private let known: [UnitState]
    private let told: [UnitSettings]

    init(states: [UnitState], settings: [UnitSettings]) {
        known = states
        told = settings
    }

    var endpoint: String { "what was read" }
    func loadedUnits(matching patterns: [String]) throws(FleetError) -> [UnitName] {
        [try UnitName("mosaic-tmux-holder.service"), try UnitName("mosaic-agent@a.service")]
    }
    /// What was read, under the names that are asked for.
    func states(of units: [UnitName]) -> [UnitState] {
        units.enumerated().map { index, name in
            var state = known[index % max(1, known.count)]
            state.name = name
            return state
        }
    }
    func settings(of units: [UnitName]) -> [UnitSettings] {
        units.enumerated().map { index, name in
            guard !told.isEmpty else { return UnitSettings(name: name) }
            var settings = told[index % told.count]
            settings.name = name
            return settings
        }
    }
    func perform(_ commands: [UnitCommand], maxParallel: Int?, supervisor: any JobSupervisor) -> [UnitOutcome] { [] }
    func waitForChange(of units: [UnitName], atMost limit: Duration, supervisor: any JobSupervisor) -> Bool { false }
    func processes(of unit: UnitName) -> [Int32] { [] }
    func footing(of units: [UnitName]) -> ManagerFooting {
        ManagerFooting(runtimeDirectory: nil, environment: [:], units: [])
    }
    func reload() {}
    func adopt(_ pid: Int32, intoScope scope: UnitName, description: String) {}
}
