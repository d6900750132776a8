internal import FleetGuard
internal import FleetKit

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
        let view = view
        let supervisor = WatchSupervisor(view: view, signals: context.signals)
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

    private var view: any PeekView {
        let output = context.output
        if context.common.json { return PeekStream(agent: agent.name, lines: lines, output: output) }
        guard let area = output.drawableData(context.signals) else { return PeekLines(lines: lines, output: output) }
        return PeekScreen(area: area, agent: agent.name, style: output.style, time: context.time)
    }
}
