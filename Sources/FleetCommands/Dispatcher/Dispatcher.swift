internal import ArgumentParser
internal import FleetGuard
internal import FleetKit
internal import Glibc

/// Finds the command that the line names and starts it.
package struct Dispatcher {
    private let composition: Composition
    private let environment: [String: String]

    package init(composition: Composition, environment: [String: String]) {
        self.composition = composition
        self.environment = environment
    }

    /// - Parameter line: without the program's name.
    /// - Returns: the exit status of the process.
    package func run(_ line: [String]) -> Int32 {
        GuardAdvice.speakOfTheFleet()
        if let request = SessionRequest.read(line) { return run(request) }
        if EventCommand.isNothing(line, environment) { return ExitStatus.done.rawValue }
        defer { TerminalModes.restore() }
        let arguments = UnknownCommand.helpFirst(LeadingOptions.moved(line))
        guard let named = NamedCommand(arguments) else { return runUnnamed(line, arguments) }
        do {
            if let module = try named.module() { return start(module, arguments) }
            return answer(named.line, or: nil)
        } catch {
            return answer(named.line, or: error)
        }
    }

    private func start(_ module: any CommandModule, _ arguments: [String]) -> Int32 {
        let output = Output(module.common, environment: environment)
        let invocation = Invocation(
            arguments: arguments, composition: composition, environment: environment, output: output)
        var status: ExitStatus
        do throws(FleetError) { status = try module.start(invocation) } catch {
            output.error(error)
            status = error.exitStatus
        }
        return output.end(status, isAnswer: module.onlyAnswers).rawValue
    }

    /// A line that names no built-in command.
    private func runUnnamed(_ line: [String], _ arguments: [String]) -> Int32 {
        if let status = runPlugin(UnknownCommand.helpFirst(line)) { return status }
        guard LeadingOptions.asksForVersion(arguments) else { return answer(arguments, or: nil) }
        return answer("mosaic \(composition.version)\n")
    }

    /// What the parser of the whole tree says: the help of a command or of a group, a completion, or what is wrong.
    /// - Parameter problem: what the command's own parser said; for a line that the whole tree takes, such as
    ///   `fleet restart --version`, where the option is a group's.
    private func answer(_ arguments: [String], or problem: (any Error)?) -> Int32 {
        do {
            var command = try RootCommand.parseAsRoot(arguments)
            if let problem, command is any CommandModule {
                // The parser would offer an option of the command for it.
                let isVersion = arguments.prefix { !$0.isExactly("--") }.containsExactly("--version")
                return refuse(isVersion ? ValidationError("unknown option '--version'") : problem, arguments)
            }
            // A group without a command, or `help`: both answer by throwing the help that was asked for.
            try command.run()
            return ExitStatus.done.rawValue
        } catch {
            return refuse(error, arguments)
        }
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

    /// Becomes the plug-in that the command line names.
    /// - Returns: nil when it names none; else the status of what kept it from running.
    private func runPlugin(_ arguments: [String]) -> Int32? {
        let runner = PluginRunner(environment: environment)
        if arguments.starts(with: PluginRunner.listing) {
            return answer(runner.search.plugins.map { "\($0.name)\n" }.joined())
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

    /// Prints what no command answers.
    private func answer(_ text: String) -> Int32 {
        guard let lost = InheritedOutput.answer(text) else { return ExitStatus.done.rawValue }
        Output.write(Output.text(lost, isJSON: false), to: STDERR_FILENO)
        return lost.exitStatus.rawValue
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
                text =
                    arguments.contains("--help-hidden")
                    ? HelpText.whole(text, of: command) : HelpText.screen(text, of: command)
            }
            let plugins = PluginRunner.isHelpOfFleet(arguments) ? PluginRunner(environment: environment).help : ""
            return answer(text + "\n" + plugins)
        }
        let help = (["mosaic"] + command + ["--help"]).joined(separator: " ")
        let usage =
            UnknownCommand.error(
                arguments, plugins: PluginRunner(environment: environment).search,
                program: try? MosaicProgram.running())  // nil says it
            ?? UsageWords.error(RootCommand.message(for: error), line: arguments, helpCommand: help)
        Output.write(Output.text(usage, isJSON: arguments.contains("--json")), to: STDERR_FILENO)
        return ExitStatus.usage.rawValue
    }
}
