internal import ArgumentParser
internal import FleetGuard
internal import FleetKit
internal import Glibc

/// Parses the command line and runs the command that it names. The only place that acquires the lock.
public struct Dispatcher {
    private let composition: Composition
    private let environment: [String: String]

    public init(composition: Composition, environment: [String: String]) {
        self.composition = composition
        self.environment = environment
    }

    /// - Parameter line: without the program's name.
    /// - Returns: the exit status of the process.
    public func run(_ line: [String]) -> Int32 {
        if let request = SessionRequest.read(line) { return run(request) }
        if EventCommand.isNothing(line, environment) { return ExitStatus.done.rawValue }
        if let report = ShortCut.report(for: line) { return run(report) }
        defer { TerminalModes.restore() }
        if let module = ShortCut.module(for: line) {
            return inContext(of: module, line) { context throws(FleetError) in
                try module.run(in: context).rawValue
            }
        }
        if let status = runPlugin(UnknownCommand.helpFirst(line)) { return status }
        let arguments = UnknownCommand.helpFirst(LeadingOptions.moved(line))
        if LeadingOptions.asksForVersion(arguments) {
            Output.write("mosaic \(composition.version)\n", to: STDOUT_FILENO)
            return ExitStatus.done.rawValue
        }
        let command: any ParsableCommand
        do {
            command = try RootCommand.parseAsRoot(OptionalValues.separated(arguments))
        } catch {
            return refuse(error, arguments)
        }
        if let root = command as? RootCommand, root.version {
            Output.write("mosaic \(composition.version)\n", to: STDOUT_FILENO)
            return ExitStatus.done.rawValue
        }
        // The parser takes the program's own flag behind a command's name, too, and the command would run.
        if command is any CommandModule || command is any IndependentCommand, LeadingOptions.hasVersion(arguments) {
            return refuse(ValidationError("unknown option '--version'"), arguments)
        }
        if let independent = command as? any IndependentCommand { return run(independent) }
        guard let module = command as? any CommandModule else {
            // A group without a command, or `help`: both answer by throwing the help that was asked for.
            do {
                var command = command
                try command.run()
                return ExitStatus.done.rawValue
            } catch {
                return refuse(error, arguments)
            }
        }
        return inContext(of: module, arguments) { context throws(FleetError) in try run(module, in: context) }
    }

    /// The main process of an agent: it lives long and many times, so it makes none of what a command has.
    private func run(_ request: SessionRequest) -> Int32 {
        do throws(FleetError) {
            return try AgentSession(request, environment: environment).run()
        } catch {
            Output.write("mosaic fleet: \(error.message); \(error.hint)\n", to: STDERR_FILENO)
            return error.exitStatus.rawValue
        }
    }

    private func run(_ command: any IndependentCommand) -> Int32 {
        let output = Output(command.common, environment: environment)
        do throws(FleetError) {
            return try command.run(output: output, environment: environment).rawValue
        } catch {
            output.error(error)
            return error.exitStatus.rawValue
        }
    }

    private func inContext(
        of module: any CommandModule, _ arguments: [String],
        _ body: (CommandContext) throws(FleetError) -> Int32
    ) -> Int32 {
        let output = Output(module.common, environment: environment)
        var home: MosaicHome?
        StandardErrorLog.install(verbose: module.common.verbose)
        do throws(FleetError) {
            if !type(of: module).mayLackHome {
                try MosaicHome.checkTyped(option: module.common.mosaicHome, environment: environment)
            }
            let context = try CommandContext(
                common: module.common, arguments: arguments, composition: composition, environment: environment,
                output: output, signals: SignalWatch())
            home = context.home
            return try body(context)
        } catch {
            output.error(
                SudoHint.added(
                    to: error, home: home, scope: module.common.scope.managerScope, environment: environment,
                    arguments: arguments))
            return error.exitStatus.rawValue
        }
    }

    /// Becomes the plug-in that the command line names.
    /// - Returns: nil when it names none; else the status of what kept it from running.
    private func runPlugin(_ arguments: [String]) -> Int32? {
        let runner = PluginRunner(environment: environment)
        if arguments.starts(with: PluginRunner.listing) {
            Output.write(runner.search.plugins.map { "\($0.name)\n" }.joined(), to: STDOUT_FILENO)
            return ExitStatus.done.rawValue
        }
        do throws(FleetError) {
            guard let plugin = try runner.plugin(arguments) else { return nil }
            for remark in plugin.remarks { Output.write("mosaic fleet: \(remark)\n", to: STDERR_FILENO) }
            try plugin.program.run()
        } catch {
            Output.write(Output.text(error, isJSON: false), to: STDERR_FILENO)
            return error.exitStatus.rawValue
        }
    }

    private func run(_ module: any CommandModule, in context: CommandContext) throws(FleetError) -> Int32 {
        switch module {
        case let command as any SometimesGuardedCommand where !command.isGuarded:
            let status = try command.run(in: context)
            try context.runAfterwards()
            return status.rawValue
        case let command as any GuardedModule: return try run(guarded: command, in: context)
        case let command as any UnguardedCommand:
            let status = try command.run(in: context)
            try context.runAfterwards()
            return status.rawValue
        case let command as any RelayingCommand: return try command.run(in: context)
        default:
            throw FleetError(
                .usage, "the command is declared neither guarded nor unguarded",
                hint: "conform it to GuardedCommand or UnguardedCommand")
        }
    }

    private func run(guarded command: some GuardedModule, in context: CommandContext) throws(FleetError) -> Int32 {
        if !command.needsServiceManager { context.managerPatience = CommandContext.shortPatience }
        if let answered = try command.prepare(in: context) { return answered.rawValue }
        // A token is checked first: inside a lock run it is the lock run that leaves the fleet.
        let early = context.lockToken == nil ? nil : try makeGuard(in: context)
        var outer: LockObservation?
        if let early { outer = try context.outerLock(early) }
        if let relayed = try context.leaveFleet(
            isAllowed: !command.guardOptions.noDetach, needsManager: command.needsServiceManager,
            isNested: outer != nil)
        {
            return relayed
        }
        // Before anything is made in a home that is not the fleet's.
        let footing = try context.footingOfHolder(needsManager: command.needsServiceManager)
        let request = try command.request(in: context)
        let policy = command.guardOptions.policy(try context.guardSettings())
        let theGuard: Guard
        if let early { theGuard = early } else { theGuard = try makeGuard(in: context) }
        let history = context.history
        history.begin(request, isHeal: command is HealCommand)
        defer { context.signals.holdsLock(false) }
        let contended = { () throws(FleetError) in try command.contended(in: context) }
        let work = { (lock: HeldLock) throws(FleetError) in
            history.acquired(lock)
            context.signals.holdsLock(true)
            let holderLock = try context.takeHolder(footing, theGuard.store, under: lock, grace: policy.evictGrace)
            // Let go before the home's lock is: the next owner shall not have to wait for it.
            defer { holderLock?.release() }
            return try command.work(holding: lock, in: context)
        }
        var status: Int32
        do throws(FleetError) {
            repeat {
                history.timeline.waitsForAgents()
                try command.awaitTurn(in: context)
                history.timeline.lockWanted()
                status =
                    if let outer {
                        try theGuard.withLock(inside: outer, request, policy, contended: contended, work)
                    } else { try theGuard.withLock(request, policy, contended: contended, work) }
                context.signals.holdsLock(false)
            } while command.wantsAnotherTurn(in: context)
        } catch {
            history.ended(error)
            throw error
        }
        history.ended(status)
        try context.runAfterwards()
        return status
    }

    private func makeGuard(in context: CommandContext) throws(FleetError) -> Guard {
        Guard(
            store: try context.openLock(), time: context.time, processes: context.processes,
            scopes: context.commandScopes, interruption: { context.signals.interruption() },
            report: { event in
                context.progress.say(event)
                context.history.say(event)
            })
    }

    /// What a hint may repeat of a wrong command line.
    private static let words = Set(
        ["fleet"] + (CommandRegistry.fleet + CommandRegistry.lock).compactMap { $0.configuration.commandName })

    /// A command line that cannot be run, or a request for help.
    private func refuse(_ error: any Error, _ arguments: [String]) -> Int32 {
        let command = arguments.prefix { !$0.begins(with: "-") }.filter { Self.words.contains($0) }
        guard RootCommand.exitCode(for: error) != .success else {
            var text = RootCommand.fullMessage(for: error)
            // Else it is a completion script, or the help for a program.
            if text.begins(with: "OVERVIEW: ") {
                let words = (["mosaic"] + command).joined(separator: " ")
                text =
                    arguments.contains("--help-hidden")
                    ? HelpText.whole(text) : HelpText.screen(text, command: words)
            }
            let plugins = PluginRunner.isHelpOfFleet(arguments) ? PluginRunner(environment: environment).help : ""
            Output.write(text + "\n" + plugins, to: STDOUT_FILENO)
            return ExitStatus.done.rawValue
        }
        let help = (["mosaic"] + command + ["--help"]).joined(separator: " ")
        let usage =
            UnknownCommand.error(arguments, plugins: PluginRunner(environment: environment).search)
            ?? FleetError(
                .usage, Printable.oneLine(RootCommand.message(for: error), limit: 1000), hint: "see '\(help)'")
        Output.write(Output.text(usage, isJSON: arguments.contains("--json")), to: STDERR_FILENO)
        return ExitStatus.usage.rawValue
    }
}
