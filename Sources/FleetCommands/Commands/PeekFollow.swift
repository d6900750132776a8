internal import FleetGuard
internal import FleetKit
internal import Glibc

/// `peek -f`: an agent's screen as it changes, until a signal, `q`, a reader that closes its end, or the agent's end.
///
/// tmux reports changes only to attached clients, and the agent must not notice anything: its screen is polled, the
/// less often the longer it stands still.
struct PeekFollow {
    let agent: Roster.Agent
    let screen: SessionScreen
    let manager: any ServiceManager
    /// Lines of history to begin with.
    let lines: Int
    let context: CommandContext

    func run() throws(FleetError) -> ExitStatus {
        let typed = Keys(input: STDIN_FILENO, of: STDOUT_FILENO)
        let view = view(readsKeys: typed != nil)
        // Where nothing is drawn, what is typed is the shell's.
        let keys = view is PeekScreen ? typed : nil
        let supervisor = WatchSupervisor(view: view, signals: context.signals, keys: keys)
        var last: (look: SessionScreen.Look, activity: Activity)?
        while true {
            let look: SessionScreen.Look
            do throws(FleetError) { look = try screen.look(at: agent.name, history: view.history) } catch {
                view.end()
                guard error.code == .notActive, try state()?.isActive != true else { throw error }
                context.output.note("agent '\(agent.name)' has ended")
                return .done
            }
            let activity = view.showsActivity ? try state()?.activity ?? .unknown : .unknown
            let isNew = last?.look != look || last?.activity != activity
            if isNew { try view.show(look, activity) }
            last = (look, activity)
            do throws(FleetError) { try supervisor.pause(afterNews: isNew) } catch {
                view.end()
                return context.signals.interruption()?.exitStatus ?? .done
            }
        }
    }

    private func state() throws(FleetError) -> UnitState? { try manager.overview(of: [agent.unit]).first }

    private func view(readsKeys: Bool) -> any PeekView {
        if context.common.json { return PeekStream(agent: agent.name, lines: lines, output: context.output) }
        guard let area = context.output.drawableData(readsKeys: readsKeys, context.environment, context.signals) else {
            return PeekLines(lines: lines, output: context.output)
        }
        return PeekScreen(
            area: area, agent: agent.name, style: context.output.style, readsKeys: readsKeys, time: context.time)
    }
}
