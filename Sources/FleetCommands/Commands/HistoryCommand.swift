internal import ArgumentParser
internal import FleetGuard
internal import FleetKit
internal import Glibc

/// `mosaic fleet history`: what was done to the fleet and to its lock; and one restart as a timeline.
struct HistoryCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "history", abstract: "Show past restarts, or one as a timeline.",
        usage: "mosaic fleet history [--since WHEN] [--failed] | RECORD [--svg FILE]",
        discussion: """
            Example: mosaic fleet history last

            Lists restarts, starts, stops, lock runs and takeovers of the lock. Exit status: 0.
            """)

    @Argument(
        help: ArgumentHelp(
            "Show one record as a timeline: 'last', or a token or its prefix.", valueName: "record"),
        completion: .records)
    var record: String?

    @Option(
        help: ArgumentHelp(
            "Only records that ended since then: 12h, today, 14:30 or a date (2026-11-24).", valueName: "when"),
        completion: .durations("1h", "12h", "today", "yesterday", "7d"))
    var since: String?

    @Option(help: ArgumentHelp("Only records that involve this agent.", valueName: "name"), completion: .agents)
    var agent: String?

    @Flag(help: "Only records that did not succeed.") var failed = false

    @Option(
        name: .customShort("n"),
        help: ArgumentHelp("Show only the newest COUNT records. (default: 20)", valueName: "count"))
    var count: Int?

    @Option(
        help: ArgumentHelp("Write the timeline as SVG; - is standard output.", valueName: "file"),
        completion: .file())
    var svg: String?

    @OptionGroup(title: "Common options") var common: CommonOptions

    var onlyAnswers: Bool { true }

    func validate() throws {
        if let count, count < 1 { throw ValidationError("-n must be at least 1") }
        if record == nil, svg != nil { throw ValidationError("--svg needs a record: 'last', or a token") }
        if record != nil, since != nil || agent != nil || failed || count != nil {
            throw ValidationError(
                "--since, --agent, --failed and -n filter the list; they cannot be combined with a record")
        }
    }

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let file = HistoryFile(home: context.home.path)
        if let record { return try show(try History.find(record, in: file), context) }
        let history = try History.read(file, query(context))
        if common.json {
            try context.output.json(.history(history.records, unreadable: history.unreadable))
        } else if history.records.isEmpty {
            context.output.summary("No matching record in the history (\(Printable.oneLine(file.path))).")
        } else {
            context.output.data(
                HistoryText(records: history.records, style: context.output.style, width: context.output.dataWidth)
                    .render())
        }
        if history.unreadable > 0 {
            let lines = history.unreadable == 1 ? "1 line" : "\(history.unreadable) lines"
            context.output.note(
                "\(lines) of the history cannot be read and \(history.unreadable == 1 ? "was" : "were") skipped")
        }
        return .done
    }

    private func show(_ record: HistoryRecord, _ context: CommandContext) throws(FleetError) -> ExitStatus {
        let timeline = Timeline(record)
        if let svg {
            let title = "mosaic fleet: \(record.kind) \(Printable.oneLine(record.result, limit: 40))"
            let picture = TimelineSVG(
                timeline: timeline, title: title,
                subtitle: "\(Printable.oneLine(record.startedAt)), \(HistoryWords.sentence(record))")
            if svg == "-" {
                context.output.data(String(picture.render().dropLast()))
            } else {
                try write(picture.render(), to: svg)
                context.output.summary("The timeline is in \(Printable.oneLine(svg)).")
            }
            return .done
        }
        let text = TimelineText(
            timeline: timeline, width: context.output.dataWidth ?? 80, style: context.output.style)
        try context.output.answer(
            .history([record], unreadable: 0),
            or: ([HistoryText.heading(record, style: context.output.style), text.render()] + HistoryText.rest(record))
                .joined(separator: "\n"))
        return .done
    }

    private func query(_ context: CommandContext) throws(FleetError) -> History.Query {
        var query = History.Query()
        query.onlyFailed = failed
        // A machine that chooses by time or agent wants all of it.
        query.limit = count ?? (common.json || since != nil || agent != nil || failed ? nil : 20)
        if let since { query.since = try SinceText.parse(since, now: context.time.wallClock()) }
        if let agent {
            // By the name alone: who was removed from the roster has a history too.
            query.units = [try AgentName(agent).unit.rawValue]
            query.agents = [agent]
        }
        return query
    }

    private func write(_ text: String, to path: String) throws(FleetError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        let number = file < 0 ? errno : InheritedOutput.write(text, to: file)
        if file >= 0 { close(file) }
        if let number {
            throw FleetError(
                .io, "cannot write \(Printable.oneLine(path)): \(String(cString: strerror(number)))",
                hint: "name a file in a directory that you can write to")
        }
    }
}

/// `--since`: a duration back from now, or a date or time.
enum SinceText {
    /// - Returns: seconds since 1970.
    /// - Throws: `.usage`.
    static func parse(_ text: String, now: Double) throws(FleetError) -> Double {
        if let time = Timestamp.parse(text) { return time }
        if let day = localDay(text) { return day }
        if let time = localTime(text, now: now) { return time }
        do throws(FleetError) {
            return now - (try DurationText.parse(text)).inSeconds
        } catch {
            throw FleetError(
                .usage, "--since '\(Printable.oneLine(text))' is not a duration, date or time",
                hint: "write it like 30m, 12h, 7d, today, yesterday, 14:30, 2026-11-24 or 2026-11-24T10:30:00Z")
        }
    }

    /// `today`, `yesterday`, and a time of day: the last one that has passed.
    private static func localTime(_ text: String, now: Double) -> Double? {
        var seconds = time_t(now)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return nil }
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (0, 0, 0)
        switch text.lowercased() {
        case "today": break
        case "yesterday": parts.tm_mday -= 1
        default:
            let fields = text.parts(at: ":", keepingEmpty: true)
            guard [2, 3].contains(fields.count), fields.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isASCII) }) else {
                return nil
            }
            let numbers = fields.compactMap { CInt($0) }
            guard numbers.count == fields.count, (0...23).contains(numbers[0]),
                numbers.dropFirst().allSatisfy({ (0...59).contains($0) })
            else { return nil }
            (parts.tm_hour, parts.tm_min) = (numbers[0], numbers[1])
            parts.tm_sec = numbers.count > 2 ? numbers[2] : 0
        }
        parts.tm_isdst = -1
        var time = mktime(&parts)
        if time != -1, Double(time) > now {
            parts.tm_mday -= 1
            parts.tm_isdst = -1
            time = mktime(&parts)
        }
        return time == -1 ? nil : Double(time)
    }

    /// The beginning of a day here.
    private static func localDay(_ text: String) -> Double? {
        var parts = tm()
        let fields = text.parts(at: "-", keepingEmpty: true)
        guard fields.map(\.count) == [4, 2, 2], let year = CInt(fields[0]), let month = CInt(fields[1]),
            let day = CInt(fields[2]), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, month - 1, day)
        parts.tm_isdst = -1
        let time = mktime(&parts)
        return time == -1 ? nil : Double(time)
    }
}
