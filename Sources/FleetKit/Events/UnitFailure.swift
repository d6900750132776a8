package import FleetGuard

/// A failure of one of the fleet's units, as systemd reports it: in the environment of `ExecStopPost=` at each end of a
/// run (systemd.exec(5)), and by `OnFailure=` when the unit has failed for good (`MONITOR_…`, since systemd 251).
///
/// Both report most failures. So handled failures are recorded for each unit, and sent once:
/// - a run that failed is `unit-failed` (or `out-of-memory`), whichever of the two comes first;
/// - one that follows the last failure of the same unit within `loop` is part of a crash loop, and not told;
/// - when systemd gives up on the unit, that is `unit-gave-up`.
package struct UnitFailure: Sendable {
    package var unit: UnitName
    /// systemd's word, such as `exit-code`, `signal`, `start-limit-hit`; nil: the manager has to be asked.
    package var result: String?
    package var invocation: String?
    /// Told by `OnFailure=`, else by `ExecStopPost=`.
    package var isFinal: Bool
    private var exit: (code: String, status: String)?

    /// Failures of one unit that are not further apart are one crash loop. `RestartSec=` of `init`'s units is 2 s, and the
    /// command of a loop ends at once.
    static let loop: Int64 = 10

    private static let successes = ["success", "exec-condition"]

    /// Whether the environment of an `ExecStopPost=` is that of a run that ended well: the one case that costs nothing.
    package static func isSuccess(_ environment: [String: String]) -> Bool {
        environment["SERVICE_RESULT"].map { successes.containsExactly($0) } ?? false
    }

    /// - Parameter environment: of the process that systemd started.
    package init(_ unit: UnitName, environment: [String: String]) {
        self.unit = unit
        if let result = environment["SERVICE_RESULT"] {
            self.result = result
            invocation = environment["INVOCATION_ID"]
            isFinal = false
            exit = (environment["EXIT_CODE"] ?? "", environment["EXIT_STATUS"] ?? "")
        } else {
            result = environment["MONITOR_SERVICE_RESULT"]
            invocation = environment["MONITOR_INVOCATION_ID"]
            isFinal = true
            if let code = environment["MONITOR_EXIT_CODE"] { exit = (code, environment["MONITOR_EXIT_STATUS"] ?? "") }
        }
    }

    /// The event for it; records that it was handled.
    ///
    /// - Parameters:
    ///   - state: as the manager has it now; nil where it does not say.
    ///   - now: nil: not known, then every failure counts as one of its own.
    /// - Returns: nil where it was told, or is no failure.
    /// - Throws: `.unsafeHome`, `.io`.
    package func event(
        home: MosaicHome, state: UnitState?, words: OutcomeWords = OutcomeWords(), time: Double, now: BootTime?,
        folder: EventFolder
    ) throws(FleetError) -> FleetEvent? {
        let result = result ?? state?.result ?? ""
        let invocation = invocation ?? state?.invocationID ?? ""
        guard !Self.successes.containsExactly(result), !result.isEmpty else { return nil }
        // A stop or a restart ended it: how it took that is in its status, and nobody need come.
        if !invocation.isEmpty, try AskedEnds(home: home).run(of: unit)?.isExactly(invocation) == true { return nil }
        let hasGivenUp = isFinal && Self.hasGivenUp(result, state)
        if !hasGivenUp {
            let last = try folder.text(unit.rawValue, in: EventFolder.units).flatMap(Seen.init(text:))
            if isFinal, !invocation.isEmpty, last?.invocation.isExactly(invocation) == true { return nil }
            if let now {
                try folder.setText(
                    Seen(invocation: invocation, time: now).text, unit.rawValue, in: EventFolder.units)
                if let last, let gap = now.seconds(since: last.time), gap < Self.loop { return nil }
            }
        }
        let name = AgentName(unit: unit)?.rawValue
        let exit = exitWords(result, state, words)
        let isOutOfMemory = result.isExactly("oom-kill") || exit.contains("out of memory")
        let kind: FleetEvent.Kind = hasGivenUp ? .unitGaveUp : isOutOfMemory ? .outOfMemory : .unitFailed
        let past = state.map { $0.restarts > 0 ? " after \($0.restarts) automatic restarts" : "" } ?? ""
        let what = hasGivenUp ? "systemd gave up\(past) and does not start it again by itself: \(exit)" : exit
        var event = FleetEvent(kind, home: home.path, time: time, summary: "\(name ?? unit.rawValue): \(what)")
        event.unit = unit.rawValue
        event.agent = name
        event.result = result
        event.exit = exit
        event.invocation = invocation.isEmpty ? nil : invocation
        event.next = words.commands.journal(of: unit, lines: 50)
        return event
    }

    /// systemd leaves the last run's own result where it refuses an automatic restart; only a start by hand that it refuses
    /// is a `start-limit-hit`. An agent that failed while it was being stopped was not to be restarted.
    private static func hasGivenUp(_ result: String, _ state: UnitState?) -> Bool {
        if result.isExactly("start-limit-hit") { return true }
        guard let state, state.isFailed, state.restarts > 0 else { return false }
        return !result.isExactly("timeout") && !state.statusText.begins(with: "stopped")
    }

    private func exitWords(_ result: String, _ state: UnitState?, _ words: OutcomeWords) -> String {
        // The manager has the main process's status text.
        if let state, state.result.isExactly(result) { return words.reason(result: result, state: state) }
        var known = UnitState(name: unit, result: result)
        if let exit, let status = Int32(exit.status) {
            known.mainExit = .init(code: exit.code.isExactly("exited") ? 1 : 2, status: status)
        } else if let exit, !exit.status.isEmpty {
            // A signal's name without SIG.
            return "killed by SIG\(Printable.oneLine(exit.status, limit: 20))"
        }
        return words.reason(result: result, state: known)
    }
}

/// The last handled failure of a unit: `INVOCATION BOOT SECONDS`.
private struct Seen {
    var invocation: String
    var time: BootTime

    var text: String { "\(invocation) \(time.boot) \(time.seconds)" }
}

extension Seen {
    init?(text: String) {
        let words = text.parts(at: " ", keepingEmpty: true)
        guard words.count == 3, let seconds = Int64(words[2]) else { return nil }
        self.init(invocation: String(words[0]), time: BootTime(boot: String(words[1]), seconds: seconds))
    }
}
