internal import FleetGuard
internal import FleetKit

/// Shows one look at the fleet after the other.
protocol StatusView: LiveView {
    func show(_ report: StatusReport, lock: LockInspection) throws(FleetError)
}

/// On a terminal: a picture of the table.
final class StatusScreen: StatusView, DrawnView {
    let area: LiveArea
    private let style: Style
    private let layout: StatusLayout
    private let time: any GuardTime
    private var last: (StatusReport, LockInspection)?

    init(area: LiveArea, style: Style, layout: StatusLayout, time: any GuardTime) {
        self.area = area
        self.style = style
        self.layout = layout
        self.time = time
    }

    func show(_ report: StatusReport, lock: LockInspection) {
        last = (report, lock)
        area.draw(picture)
    }

    var picture: [ScreenLine] {
        guard let (report, lock) = last else { return [] }
        return StatusText(report: report, lock: lock, layout: layout, style: style, now: time.wallClock())
            .picture(area.size)
    }
}

/// For a pipe or a file: the table once, and from then on a line for each change, also of who owns the lock.
final class StatusLog: StatusView {
    private let output: Output
    private let layout: StatusLayout
    private let time: any GuardTime
    private var last: [UnitName: String]?
    private var lastOwner = ""

    init(output: Output, layout: StatusLayout, time: any GuardTime) {
        self.output = output
        self.layout = layout
        self.time = time
    }

    var isWanted: Bool { output.isDataRead }

    func show(_ report: StatusReport, lock: LockInspection) {
        let now = time.wallClock()
        var words: [UnitName: String] = [:]
        for row in report.rows {
            let activity = row.state.activity
            let does = activity.state == .unknown ? "" : ", " + ActivityText.words(activity, now: nil)
            words[row.unit] = StatusTable.words(row.state) + does + (StatusText.remark(row).map { ": \($0)" } ?? "")
        }
        let owner = "\(lock.verdict.rawValue) \(lock.observation?.record?.token ?? "")"
        defer { (last, lastOwner) = (words, owner) }
        let text = StatusText(report: report, lock: lock, layout: layout, style: output.style, now: now)
        guard let last else {
            output.data(text.render())
            return
        }
        if owner != lastOwner {
            output.data("\(LocalTime.ofDay(now)) " + (text.banner.map { $0.head + $0.words } ?? "The lock is free"))
        }
        for row in report.rows where words[row.unit] != last[row.unit] {
            output.data("\(LocalTime.ofDay(now)) \(row.unit) \(words[row.unit] ?? "")")
        }
    }
}

/// One JSON document for each change, each on a line.
final class StatusStream: StatusView {
    private let output: Output
    private var last: (rows: [StatusReport.Row], lock: String)?

    init(output: Output) { self.output = output }

    var isWanted: Bool { output.isDataRead }

    func show(_ report: StatusReport, lock: LockInspection) throws(FleetError) {
        let rows = report.withoutConsumption.rows
        let events = lock.observation?.events.count ?? 0
        let key = "\(lock.verdict.rawValue) \(lock.observation?.record?.token ?? "") \(events)"
        if let last, last == (rows, key) { return }
        last = (rows, key)
        try output.json(.status(report, lock: lock))
    }
}
