internal import FleetGuard

/// What an outcome means to a person, and what to do next: the one place for both.
public struct OutcomeWords: Sendable {
    /// The commands that the next steps name.
    public var commands: NextCommands

    /// By default, commands for the user's own manager and the usual mosaic home.
    public init(commands: NextCommands = NextCommands()) { self.commands = commands }

    /// The outcome's name for scripts and for the lock record: stable, one word.
    public static func name(of result: UnitOutcome.Result) -> String {
        switch result {
        case .done: "done"
        case .failed: "failed"
        case .startLimitHit: "start-limit-hit"
        case .timeout: "timeout"
        case .canceled: "canceled"
        case .dependency: "dependency"
        case .skipped: "skipped"
        case .masked: "masked"
        case .notFound: "not-found"
        case .loadFailed: "load-failed"
        case .exited: "exited"
        case .refused: "refused"
        case .unknown: "unknown"
        }
    }

    /// What happened to the unit, without its name and without a full stop.
    public func message(for outcome: UnitOutcome) -> String {
        let verb = outcome.command.verb
        switch outcome.result {
        case .done: return verb == .stop ? "stopped" : verb == .resetFailed ? "reset" : "up"
        case .failed(let result): return "failed: \(reason(result: result, state: outcome.state))"
        case .startLimitHit:
            return
                "not started: start-limit-hit (it failed too often in a short time); systemd does not start it again by"
                + " itself"
        case .timeout: return "its job exceeded JobTimeoutSec"
        case .canceled: return "its job was canceled by a conflicting command"
        case .dependency: return "not started: a unit that it requires did not come up"
        case .skipped: return "not started: one of its conditions is not met"
        case .masked: return "not started: it is masked"
        case .notFound: return "there is no such unit"
        case .loadFailed(let state): return "its unit file cannot be loaded (\(Printable.oneLine(state)))"
        case .exited(let sub): return "it ended at once (\(Printable.oneLine(sub)))"
        case .refused("assert"): return "not started: an Assert…= of its unit is not met"
        case .refused(let why): return "the service manager refused: \(Printable.oneLine(why))"
        case .unknown(let word): return "its job ended as '\(Printable.oneLine(word))', which is not a known result"
        }
    }

    /// The next step for a person with only a terminal; empty after success.
    package func nextStep(for outcome: UnitOutcome) -> String {
        let unit = outcome.unit
        let name = unit.rawValue
        switch outcome.result {
        case .done: return ""
        case .failed, .exited: return "see why with: \(commands.journal(of: unit, lines: 50))"
        case .startLimitHit:
            return "see why it ends with: \(commands.journal(of: unit, lines: 50)); once that is fixed: "
                + commands.again(unit)
        case .timeout: return "see what it waits for with: \(commands.systemd("systemctl", "list-jobs"))"
        case .canceled: return "see what else acts on it with: \(commands.journal(of: unit, lines: 20))"
        case .dependency:
            return "see what it requires with: \(commands.systemd("systemctl", "list-dependencies", "--", name))"
        case .skipped: return "see which with: \(commands.systemd("systemctl", "status", "--", name))"
        case .masked: return "unmask it with: \(commands.systemd("systemctl", "unmask", "--", name))"
        case .notFound: return "write the units with: \(commands.fleet("init"))"
        case .loadFailed: return "check it with: \(commands.systemd("systemd-analyze", "verify", name))"
        case .refused: return "see its restrictions with: \(commands.systemd("systemctl", "show", "--", name))"
        case .unknown: return "see its state with: \(commands.systemd("systemctl", "status", "--", name))"
        }
    }

    /// Why a run ended: `exit status 1`, `killed by signal 9`, `start-limit-hit`, `timeout (the start took too long)`.
    public func reason(result: String, state: UnitState?) -> String {
        switch result {
        case "exit-code":
            guard let state, let exit = state.mainExit else { return "its process failed" }
            return "exit status \(Self.status(exit.status, state.isExplained ? state.statusText : ""))"
        case "oom-kill": return "out of memory: the kernel ended it"
        case "resources": return "systemd could not set it up (a missing environment_file, or a limit)"
        case "signal", "core-dump":
            let dumped = result == "core-dump" ? ", core dumped" : ""
            return state?.mainExit.map { "killed by \(SignalName.of($0.status))\(dumped)" }
                ?? "killed by a signal\(dumped)"
        case "timeout": return "timeout (it took too long)"
        case "start-limit-hit": return "start-limit-hit (it was started too often)"
        case "success": return "it ended"
        default: return Printable.oneLine(result)
        }
    }

    /// An exit status, with what its main process has said of it; otherwise with what the number stands for by convention:
    /// 128 + N is signal N (an agent's main process says so of its agent), 126 and 127 are a shell's, 200 and above are
    /// systemd's own.
    ///
    /// - Parameter said: the unit's last `StatusText`; empty for none.
    private static func status(_ status: Int32, _ said: String) -> String {
        let said = Printable.oneLine(said.after("stopped: ").map(String.init) ?? said)
        if said.utf8.elementsEqual(AgentEnd.exited(status).words.utf8) { return "\(status)" }
        let convention: String? =
            switch status {
            case 126: "the command cannot be executed"
            case 127: "there is no such command"
            case 129...192: "killed by \(SignalName.of(status - 128))"
            case 200: "its directory does not exist"
            case 203: "systemd could not execute it"
            default: nil
            }
        let words = said.isEmpty ? convention : said
        return words.map { "\(status) (\($0))" } ?? "\(status)"
    }

    /// Why a unit that was up is not any more, or not in the same run.
    package func fall(from before: UnitState, to now: UnitState) -> String {
        let why = reason(result: now.result, state: now)
        if now.isInAutoRestart { return "died (\(why)) and waits for its automatic restart" }
        if now.isFailed { return "died: \(why)" }
        if !now.isActive {
            return now.result == "success" ? "ended (\(Printable.oneLine(now.subState)))" : "died: \(why)"
        }
        let count = now.restarts > before.restarts ? Int(now.restarts - before.restarts) : 0
        if count == 1 { return "died, and systemd restarted it" }
        return count > 0 ? "flapping: died, and systemd restarted it \(count) times" : "was restarted by something else"
    }
}
