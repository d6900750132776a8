package import FleetGuard
internal import Glibc

/// Compares what each run was started from (`RunRecord`) with what a start would find now.
///
/// A unit without a record (the holder, an agent of an earlier version) is judged by the times of its unit files and by
/// the program that its main process runs; the rest is reported as unknown.
package struct FileFreshness: FreshnessLook {
    private let unfollowed: () throws(FleetError) -> [UnitName: String]

    /// - Parameter unfollowed: the units that do not follow the roster yet, each with the roster's path.
    package init(
        unfollowed: @escaping () throws(FleetError) -> [UnitName: String] = { () throws(FleetError) in [:] }
    ) {
        self.unfollowed = unfollowed
    }

    package func look(
        at states: [UnitState], of roster: Roster, in manager: any ServiceManager
    ) throws(FleetError) -> [UnitName: Freshness] {
        let running = states.filter(\.isActive)
        guard !running.isEmpty else { return [:] }
        let runtime = try manager.footing(of: []).runtimeDirectory
        let rosters = try unfollowed()
        var found: [UnitName: Freshness] = [:]
        for (state, whole) in zip(running, try manager.files(of: running.map(\.name))) {
            var settings = whole
            // What systemd is to tell counts at once, and not for the process that runs.
            settings.dropIns.removeAll(where: FleetUnits.isEventDropIn)
            let record = runtime.flatMap { RunRecord.read(of: state.name, invocation: state.invocationID, in: $0) }
            var freshness: Freshness
            if state.name == roster.holder.unit {
                freshness = Self.withoutRecord(settings)
                freshness.reasons += Self.program(of: state.mainPID).map { [$0] } ?? []
            } else if let record {
                freshness = try Self.compare(record, state, settings, manager)
            } else {
                freshness = Self.withoutRecord(settings)
                freshness.doubt = "its main process did not record what it was started from"
            }
            if settings.needsReload, freshness.reasons.isEmpty {
                freshness.reasons.append(
                    .init(.unit, settings.path, "a file of the unit was changed, and systemd has not read it"))
            }
            if let path = rosters[state.name] {
                freshness.reasons.append(.init(.roster, path, "its entry was changed since its unit was written"))
            }
            found[state.name] = freshness
        }
        return found
    }

    // MARK: With a record

    private static func compare(
        _ record: RunRecord, _ state: UnitState, _ settings: UnitSettings, _ manager: any ServiceManager
    ) throws(FleetError) -> Freshness {
        var freshness = Freshness()
        freshness.reasons = units(record, settings) + environment(record, settings)
        let programs = programs(record)
        freshness.reasons += programs
        if programs.isEmpty {
            let (reason, doubt) = try running(record, state, manager)
            if let reason { freshness.reasons.append(reason) }
            freshness.doubt = doubt
        }
        if settings.environmentFiles.contains(where: {
            $0.unicodeScalars.contains { "*?[".unicodeScalars.contains($0) }
        }) {
            freshness.doubt = freshness.doubt ?? "its EnvironmentFile= is a pattern"
        }
        return freshness
    }

    private static func units(_ record: RunRecord, _ settings: UnitSettings) -> [Freshness.Reason] {
        let noted = record.files.filter { $0.kind == .unit || $0.kind == .dropIn }
        var reasons: [Freshness.Reason] = []
        for (path, kind) in [(settings.path, Freshness.Kind.unit)] + settings.dropIns.map({ ($0, .dropIn) }) {
            guard !path.isEmpty else { continue }
            let old = noted.first { $0.path.isExactly(path) }
            guard let now = FileStamp(path) else {
                reasons.append(.init(kind, path, "removed"))
                continue
            }
            if let old {
                if old.stamp != now { reasons.append(.init(kind, path, "changed")) }
            } else if isNew(path, since: settings.mainStartedAt) {
                reasons.append(.init(kind, path, "added or changed"))
            }
        }
        for file in noted
        where file.kind == .dropIn && !FleetUnits.isEventDropIn(file.path)
            && !settings.dropIns.containsExactly(file.path)
        {
            // One that is there still was hidden by another of its name all the time.
            if FileStamp.placed(file.path) == nil { reasons.append(.init(.dropIn, file.path, "removed")) }
        }
        return reasons
    }

    private static func environment(_ record: RunRecord, _ settings: UnitSettings) -> [Freshness.Reason] {
        settings.environmentFiles.compactMap { path in
            guard let old = record.files.first(where: { $0.kind == .environmentFile && $0.path.isExactly(path) }) else {
                return isNew(path, since: settings.mainStartedAt)
                    ? .init(.environmentFile, path, "added or changed") : nil
            }
            let now = FileStamp(path)
            if old.stamp == now { return nil }
            return .init(.environmentFile, path, now == nil ? "removed" : old.stamp == nil ? "added" : "changed")
        }
    }

    private static func programs(_ record: RunRecord) -> [Freshness.Reason] {
        let old = record.files.filter { $0.kind == .program || $0.kind == .interpreter }
        let now = RunRecord.files(
            of: ProgramFiles(command: record.command, search: record.search, directory: record.directory))
        func reason(_ file: RunRecord.File, _ what: String) -> Freshness.Reason {
            .init(file.kind == .program ? .program : .interpreter, file.path, what)
        }
        let isAlive = record.process > 0 && ProcessStat.read(record.process)?.start == record.processStart
        for (index, file) in old.enumerated() {
            let there = index < now.count ? now[index] : nil
            if let stamp = there?.stamp, stamp == file.stamp { continue }
            // What the unit has mounted there for itself (`BindPaths=`) is what its next run gets, too.
            let isSamePath = there?.path.isExactly(file.path) ?? true
            if isAlive, isSamePath, FileStamp("/proc/\(record.process)/root\(file.path)") == file.stamp { continue }
            guard let there, there.stamp != nil else { return [reason(file, "removed")] }
            return [reason(there, "another file than the one that was started")]
        }
        return []
    }

    /// What the agent's process has become since: a wrapper (`env`, a version manager's shim) executes another program
    /// in its place, and a line for a shell has children.
    private static func running(
        _ record: RunRecord, _ state: UnitState, _ manager: any ServiceManager
    ) throws(FleetError) -> (Freshness.Reason?, doubt: String?) {
        guard record.process > 0, ProcessStat.read(record.process)?.start == record.processStart else {
            return (nil, "its process is not the one that was started")
        }
        let known = record.files.compactMap { $0.kind == .program || $0.kind == .interpreter ? $0.stamp : nil }
        guard let own = FileStamp("/proc/\(record.process)/exe") else {
            return (nil, record.doubt.isEmpty ? "which program its process runs cannot be seen" : record.doubt)
        }
        var doubt = record.doubt.isEmpty ? nil : record.doubt
        if !known.contains(own) {
            if let reason = program(of: record.process) { return (reason, nil) }
            doubt = doubt ?? "it has replaced itself with another program, whose files are unknown"
        }
        guard doubt != nil else { return (nil, nil) }
        for process in try manager.processes(of: state.name)
        where ProcessStat.read(process)?.parent == record.process {
            if let reason = program(of: process) { return (reason, nil) }
        }
        return (nil, doubt)
    }

    /// A process whose program file was replaced or removed since; nil where it was not, or that cannot be told.
    ///
    /// The kernel says so itself: it marks the name of a file that has lost it. What the name leads to from here proves
    /// nothing, because the process may live in a mount namespace of its own (`PrivateTmp=`, `BindPaths=`).
    private static func program(of process: Int32) -> Freshness.Reason? {
        let link = "/proc/\(process)/exe"
        guard process > 0, let bytes = SmallFile.link(link), let running = FileStamp(link) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let path = text.before(" (deleted)").map(String.init), path.begins(with: "/"), FileStamp(text) != running
        else {
            return nil
        }
        return .init(.program, path, "another file than the one that process \(process) runs")
    }

    // MARK: Without one

    private static func withoutRecord(_ settings: UnitSettings) -> Freshness {
        var freshness = Freshness()
        for (path, kind) in [(settings.path, Freshness.Kind.unit)] + settings.dropIns.map({ ($0, .dropIn) })
        where !path.isEmpty && isNew(path, since: settings.mainStartedAt) {
            freshness.reasons.append(.init(kind, path, FileStamp(path) == nil ? "removed" : "added or changed"))
        }
        let folders = Set(settings.dropIns.map { $0.parts(at: "/").dropLast().map { "/\($0)" }.joined() })
        for folder in folders.union(["\(settings.path).d"]).sorted() where freshness.reasons.isEmpty {
            // Its own time tells of names that came and went. Where the last of them is that of the events, it is none.
            guard let stamp = FileStamp(folder), isSince(stamp.modified / 1000, settings.mainStartedAt),
                !isEventsOwn(stamp, folder)
            else { continue }
            freshness.reasons.append(.init(.dropIn, folder, "a file in it was added or removed"))
        }
        return freshness
    }

    /// Whether the folder was last changed by the rename that put the drop-in of the events into it. The kernel gives both
    /// times from a clock of one tick, and the tick may fall between them.
    private static func isEventsOwn(_ folder: FileStamp, _ path: String) -> Bool {
        guard let placed = FileStamp.placed("\(path)/\(FleetUnits.eventDropIn)") else { return false }
        let gap = (folder.modified / 1000).subtractingReportingOverflow(Int64(clamping: placed))
        return !gap.overflow && gap.partialValue.magnitude <= 20_000
    }

    /// Whether the file, or the link in its place, came there or was written since.
    private static func isNew(_ path: String, since: UInt64) -> Bool {
        guard since > 0 else { return false }
        guard let stamp = FileStamp(path), let placed = FileStamp.placed(path) else { return true }
        return placed >= since || isSince(stamp.modified / 1000, since)
    }

    private static func isSince(_ microseconds: Int64, _ since: UInt64) -> Bool {
        since > 0 && microseconds > 0 && UInt64(microseconds) >= since
    }
}
