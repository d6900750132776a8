internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet event`: what the units of `[events]` run. Written into them by `init`, not for people.
struct EventCommand: UnguardedCommand {
    static let mayLackHome = true

    static let about = CommandConfiguration(
        commandName: "event", abstract: "Deliver events; the units of [events] run it.",
        usage: "mosaic fleet event [--mosaic-home DIR] -- UNIT|deliver", shouldDisplay: false)

    @Argument(help: ArgumentHelp("The unit that failed; 'deliver': run the command.", valueName: "what"))
    var what: String

    @OptionGroup(title: "Common options") var common: CommonOptions

    /// Every end of every unit comes by here: one that ended well is to cost next to nothing.
    static func isNothing(_ line: [String], _ environment: [String: String]) -> Bool {
        line.count > 2 && line[0].isExactly("fleet") && line[1].isExactly("event")
            && UnitFailure.isSuccess(environment)
    }

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        if what.isExactly("deliver") { return try deliver(context) }
        let folder = EventFolder(home: context.home)
        let unit = try UnitName(what)
        let failure = UnitFailure(unit, environment: context.environment)
        // systemd waits for this before it starts the unit again.
        context.managerPatience = .seconds(1)
        var state: UnitState?
        do throws(FleetError) {
            state = try context.manager().states(of: [unit]).first
        } catch {
            context.output.note("\(unit): event sent without the unit's state: \(error.message)")
        }
        let event = try failure.event(
            home: context.home, state: state, words: OutcomeWords(commands: context.eventCommands()),
            time: context.time.wallClock(), now: BootTime.now(), folder: folder)
        if let event { try folder.post(event) }
        return .done
    }

    private func deliver(_ context: CommandContext) throws(FleetError) -> ExitStatus {
        var command: [String] = []
        do throws(FleetError) {
            command = try EventProgram.resolved(context.rosterFile()?.events.command ?? [], context.environment)
        } catch {
            context.output.warning("events are not delivered: \(error.message); \(error.hint)")
        }
        var environment = context.environment
        // The commands that it runs reach the fleet of the event.
        environment["MOSAIC_HOME"] = context.home.path
        try EventDelivery(
            folder: EventFolder(home: context.home), command: command, environment: environment,
            time: { Timestamp.rfc3339(context.time.wallClock()) }, note: { context.output.warning($0) }
        ).run()
        return .done
    }
}

extension CommandContext {
    /// What events say is to be typed: without the roster, which may be what is broken.
    func eventCommands() -> NextCommands {
        do throws(FleetError) { return try nextCommands() } catch {
            return NextCommands(scope: common.scope.managerScope, mosaicHome: home.path)
        }
    }

    /// Leaves the event for the event service, without waiting. That it cannot be left fails nothing.
    func post(_ event: FleetEvent) {
        do throws(FleetError) { try EventFolder(home: home).post(event) } catch {
            output.warning("no event was sent: \(error.message)")
        }
    }
}
