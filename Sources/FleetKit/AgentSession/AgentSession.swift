internal import CLinux
package import FleetGuard
internal import Glibc

/// The main process of an agent's unit, and the agent's parent.
///
/// It has tmux make the session with a *window* process in it, gets the pane's terminal from that, and starts the agent
/// on it: in the unit's own cgroup, with all that the unit's settings give. Then it waits, for the agent's end, for that
/// of its terminal or its window, and for the signals of a stop. It never waits for tmux alone, so an agent whose server
/// hangs is stopped like any other.
package final class AgentSession {
    let request: SessionRequest
    let environment: [String: String]
    /// Its socket changes where the server is found by its process.
    var tmux: SessionTmux
    let notifier: ServiceNotifier
    let clock: any OperationClock = SystemClock()
    let unit = UnitProcesses()
    /// As they were when this process began, which is as close to systemd's own look at them as it can be.
    let unitFiles: [RunRecord.File]
    let signals: CInt
    let windows: WindowListener
    /// The holder's main process, which is the tmux server; nil where the holder does not say.
    let server: Int32?
    var hasLookedForServer = false
    /// Absolute path of this program, for the window process.
    let program: String
    var clients: [(program: ChildProgram, purpose: Purpose, until: Duration?)] = []

    var pane: SessionTmux.Pane?
    var agent: ProgramStart.OnTerminal?
    /// The window of the agent that runs, and the terminal that it handed over.
    var window: WindowListener.Window?
    /// The pane's process, until its terminal has come.
    var awaited: PinnedProcess?
    var agentEnd: AgentEnd?
    /// The signal by which systemd asked for the end.
    var asked: CInt?
    var terminalLoss: Loss?
    var end: SessionEnd?
    var memoryKills = 0
    var hasBegun = false
    var hasTerminated = false
    var saysStopping = false
    /// What is to be done when the time has come.
    var terminateAt: Duration?
    var killAt: Duration?
    /// Of the unit's processes when the agent had ended: those that were sent SIGTERM.
    var remains = Remains()

    /// Starts of the agent in this process' life, and what tells the present one from all others.
    var runs = 0
    var runName = ""
    var activity = AgentActivity()
    /// While its activity is guessed.
    var output: TerminalOutput?
    /// systemd did not take the last word at once.
    var tellAt: Duration?
    var refusalNotedAt: Duration?

    enum Purpose { case create, fate, stopKeys, stopCommand, capture, kill }

    enum Loss {
        /// tmux is being asked what became of the pane.
        case unknown
        case respawned(process: Int32)
        case final(String)
    }

    /// A client of a hung server never ends by itself.
    static let clientLimit: Duration = .seconds(3)
    /// An agent that has a handler for SIGHUP gets that long before SIGTERM follows.
    static let hangUpGrace: Duration = .milliseconds(500)
    /// An operator's `respawn-pane -k` means it; no stop of systemd's stands behind that.
    static let respawnGrace: Duration = .seconds(10)
    static let windowGrace: Duration = .milliseconds(500)
    static let tellPause: Duration = .milliseconds(20)
    /// A program that reports wrongly does so again and again.
    static let refusalPause: Duration = .seconds(10)

    /// - Throws: `.io` when the socket or the signals cannot be had.
    package init(_ request: SessionRequest, environment: [String: String]) throws(FleetError) {
        self.request = request
        unitFiles = unit.name.map { UnitFiles(unit: $0, environment: environment).all() } ?? []
        notifier = ServiceNotifier(environment: environment)
        // Neither the agent nor a tmux client is the process that systemd listens to.
        let notTheirs = ["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "TMUX", "TMUX_PANE"]
        self.environment = environment.filter { !notTheirs.contains($0.key) }
        program = try MosaicProgram.running()
        server = request.holder.flatMap { HolderPidFile.read(of: $0, environment: environment) }
        tmux = SessionTmux(tmux: request.tmux, socket: request.socket, session: request.name)
        signals = fleet_take_signals()
        guard signals >= 0 else {
            throw FleetError(
                .io, "no descriptor for signals: \(String(cString: strerror(errno)))",
                hint: "raise the limit of open files (LimitNOFILE=)")
        }
        windows = try WindowListener(environment: environment)
    }

    /// Until the agent's end, and until nothing of its unit is left but this process.
    ///
    /// - Returns: the unit's exit status.
    package func run() -> Int32 {
        create()
        while true {
            if end != nil, isClear { break }
            wait()
        }
        return conclude()
    }
}
