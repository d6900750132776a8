internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// Parses the command line and runs the command that it names.
public struct HostsDispatcher {
    private let environment: [String: String]
    private let etcd: EtcdConnector
    private let version: String

    public init(version: String, environment: [String: String], etcd: @escaping EtcdConnector) {
        self.version = version
        self.environment = environment
        self.etcd = etcd
    }

    /// - Parameter line: without the program's name.
    /// - Returns: the exit status of the process.
    public func run(_ line: [String]) -> Int32 {
        GuardAdvice.speakOfTheFleet()
        // In front of a command, as the first program takes it.
        if line.contains("--version"), line.allSatisfy({ $0.begins(with: "-") && !$0.isExactly("--") }) {
            return answer("mosaic-fleet-hosts \(version)\n")
        }
        let command: any ParsableCommand
        do {
            command = try HostsCommand.parseAsRoot(OptionalRolling.separated(line))
        } catch {
            return refuse(error, line)
        }
        if line.prefix(while: { !$0.isExactly("--") }).contains("--version") {
            // The whole program's, which the parser takes anywhere.
            return refuse(ValidationError("unknown option '--version'"), line)
        }
        guard let module = command as? any HostsModule else {
            do {
                var command = command
                try command.run()
                return ExitStatus.done.rawValue
            } catch {
                return refuse(error, line)
            }
        }
        let output = HostsOutput(module.common)
        var status: ExitStatus
        do throws(FleetError) {
            let context = try HostsContext(module.common, environment: environment, output: output, etcd: etcd)
            status = try module.run(in: context)
        } catch {
            output.error(error)
            status = error.exitStatus
        }
        return output.end(status, isAnswer: module.onlyAnswers).rawValue
    }

    /// A command line that cannot be run, or a request for help.
    private func refuse(_ error: any Error, _ line: [String]) -> Int32 {
        guard HostsCommand.exitCode(for: error) == .success else {
            let usage = Self.usage(HostsCommand.message(for: error), line)
            HostsOutput(HostsOptions.plain(json: line.contains("--json"))).error(usage)
            return usage.exitStatus.rawValue
        }
        var text = HostsCommand.fullMessage(for: error)
        // The parser makes names of functions of the command's name; and Tab knows programs of one word.
        if line.first == "--generate-completion-script" {
            text = text.replacing("mosaic fleet hosts", with: "mosaic-fleet-hosts")
        }
        return answer(text + "\n")
    }

    /// Prints what no command answers.
    private func answer(_ text: String) -> Int32 {
        guard let lost = InheritedOutput.answer(text) else { return ExitStatus.done.rawValue }
        HostsOutput(HostsOptions.plain(json: false)).error(lost)
        return lost.exitStatus.rawValue
    }

    /// - Parameter sentence: of the parser, which calls an unknown command an unexpected argument.
    static func usage(_ sentence: String, _ line: [String]) -> FleetError {
        let name = HostsCommand.configuration.commandName ?? ""
        let known = HostsCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
        guard let word = line.first, !word.begins(with: "-") else {
            return UsageWords.error(sentence, line: line, helpCommand: "\(name) --help")
        }
        guard !known.containsExactly(word) else {
            var error = UsageWords.error(sentence, line: line, helpCommand: "\(name) \(word) --help")
            if word.isExactly("run"), error.message.begins(with: "unexpected argument") {
                error.hint = "name hosts with --host, and write the command after '--'; " + error.hint
            }
            return error
        }
        let near = Suggestion.near(word, in: known).map { "'\(name) \($0)'" }
        return FleetError(
            .usage, "unknown command '\(Printable.oneLine(word))'",
            hint: near.isEmpty ? "see '\(name) --help'" : "did you mean \(near.joined(separator: " or "))?")
    }
}

/// A command of `mosaic fleet hosts`.
protocol HostsModule: ParsableCommand {
    var common: HostsOptions { get }
    /// Whether its output is all that it is for: it changes nothing.
    var onlyAnswers: Bool { get }
    func run(in context: HostsContext) throws(FleetError) -> ExitStatus
}

extension HostsModule {
    var onlyAnswers: Bool { true }
}

/// `mosaic fleet hosts`.
struct HostsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mosaic fleet hosts", abstract: "Show and restart the fleets of many hosts.",
        discussion: "Example: mosaic fleet hosts restart --canary alpha --reason 'new tmux'",
        subcommands: [
            HostsStatusCommand.self, HostsRestartCommand.self, HostsRunCommand.self, HostsSlotsCommand.self,
            HostsBreakCommand.self, HostsDoctorCommand.self, HostsHistoryCommand.self, HostsPeekCommand.self,
            HostsAttachCommand.self,
        ])

    @Flag(help: "Print the version.") var version = false
}

/// The options of every command.
struct HostsOptions: ParsableArguments {
    @Option(
        name: .customLong("mosaic-home"),
        help: ArgumentHelp(
            "Directory of hosts.toml's fleet. (default: $MOSAIC_HOME or ~/.config/mosaic)", valueName: "dir"),
        completion: .directory)
    var mosaicHome: String?

    @Flag(help: "Print one JSON document; errors become JSON on stderr.") var json = false

    @Flag(name: .shortAndLong, help: "Print errors only.") var quiet = false

    /// Of a line that could not be parsed. All are set: reading one that was not would end the process.
    static func plain(json: Bool) -> HostsOptions {
        var options = HostsOptions()
        options.mosaicHome = nil
        options.json = json
        options.quiet = false
        return options
    }
}

/// `--rolling` and `--rolling=3` as two words each. The parser (1.8) takes the next word for the value of an option which could
/// do without, though it be a host; and where an option comes next it drops a value that is joined.
enum OptionalRolling {
    static func separated(_ line: [String]) -> [String] {
        let end = line.firstIndex(of: "--") ?? line.endIndex
        return line[..<end].flatMap { word in
            if word.isExactly("--rolling") { return ["--rolling", "="] }
            return word.after("--rolling=").map { ["--rolling", "=\($0)"] } ?? [word]
        } + line[end...]
    }
}
