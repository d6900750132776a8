internal import FleetGuard
internal import FleetKit

/// One block of `systemctl show`: a unit's state and the two limits on its jobs.
struct ShownUnit {
    var state: UnitState
    /// `JobTimeoutUSec` or `JobRunningTimeoutUSec`, the shorter one that is set.
    var jobTimeout: Duration?

    static let properties = [
        "Id", "Description", "LoadState", "ActiveState", "SubState", "Result", "MainPID", "NRestarts", "InvocationID",
        "ActiveEnterTimestamp", "InactiveEnterTimestamp", "MemoryCurrent", "CPUUsageNSec", "ControlGroup",
        "ConditionResult", "ConditionTimestamp", "Job",
        "ExecMainCode", "ExecMainStatus", "ExecStart", "StatusText", "Requires", "Requisite", "BindsTo", "After",
        "JobTimeoutUSec",
        "JobRunningTimeoutUSec",
    ]

    /// - Returns: nil when the text does not have a block for each unit, such as after a lost connection in the middle.
    static func parse(_ text: String, asked: [UnitName]) -> [ShownUnit]? {
        let blocks = Systemctl.blocks(text)
            .map { lines in Dictionary(lines.compactMap { $0.halves(at: "=") }) { _, last in last } }
            .filter { !$0.isEmpty }
        guard blocks.count == asked.count else { return nil }
        let units = zip(asked, blocks).compactMap { ShownUnit(name: $0, $1) }
        return units.count == asked.count ? units : nil
    }

    private init?(name: UnitName, _ block: [Substring: Substring]) {
        func text(_ key: Substring) -> String { String(block[key] ?? "") }
        guard let load = block["LoadState"], let active = block["ActiveState"], let sub = block["SubState"] else {
            return nil
        }
        var state = UnitState(
            name: name, loadState: String(load), activeState: String(active), subState: String(sub))
        state.description = text("Description")
        state.result = text("Result")
        state.mainPID = Int32(text("MainPID")) ?? 0
        state.restarts = UInt32(text("NRestarts")) ?? 0
        state.invocationID = text("InvocationID")
        state.activeSince = Timestamp.microseconds(text("ActiveEnterTimestamp")) ?? 0
        state.inactiveSince = Timestamp.microseconds(text("InactiveEnterTimestamp")) ?? 0
        // `[not set]` without accounting; the largest number in older versions.
        state.memory = UInt64(text("MemoryCurrent")).flatMap { $0 == .max ? nil : $0 }
        state.cpu = UInt64(text("CPUUsageNSec")).flatMap { $0 == .max ? nil : $0 }
        state.controlGroup = text("ControlGroup")
        // `no` also before any start has checked the conditions.
        let wasChecked = (Timestamp.microseconds(text("ConditionTimestamp")) ?? 0) > 0
        state.conditionResult = !wasChecked || text("ConditionResult") != "no"
        if let id = UInt32(text("Job")), id > 0 { state.job = .init(id: id) }
        if let code = Int32(text("ExecMainCode")), code > 0 {
            state.mainExit = .init(code: code, status: Int32(text("ExecMainStatus")) ?? 0)
        } else if state.lacksExit {
            state.mainExit = Self.commandExit(text("ExecStart"))
        }
        if state.isActive || state.isExplained { state.statusText = text("StatusText") }
        state.requirements = ["Requires", "Requisite", "BindsTo"].flatMap { Self.words(text($0)) }
        state.after = Self.words(text("After"))
        self.state = state
        jobTimeout = ["JobTimeoutUSec", "JobRunningTimeoutUSec"].compactMap { TimeSpan.duration(text($0)) }.min()
    }

    /// How the command of `{ path=… ; argv[]=… ; … ; code=exited ; status=1 }` ended; nil: it did not.
    static func commandExit(_ text: String) -> UnitState.MainExit? {
        // An argument may look like a code; systemd's own is the last one.
        guard let code = text.ranges(of: " ; code=").last,
            let (word, rest) = text[code.upperBound...].halves(at: " "),
            let status = rest.after("; status=")?.prefix(while: \.isWholeNumber), let number = Int32(status)
        else { return nil }
        let codes = ["exited": Int32(1), "killed": 2, "dumped": 3]
        return codes[String(word)].map { .init(code: $0, status: number) }
    }

    /// Names between blanks; one with a backslash is printed in quotes and escaped as in C.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        var isQuoted = false
        var isEscaped = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case _ where isEscaped:
                word.append(scalar)
                isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"": isQuoted.toggle()
            case " " where !isQuoted:
                if !word.isEmpty { words.append(String(word)) }
                word = String.UnicodeScalarView()
            default: word.append(scalar)
            }
        }
        if !word.isEmpty { words.append(String(word)) }
        return words
    }
}
