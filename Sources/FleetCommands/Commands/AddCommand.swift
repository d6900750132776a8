internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet add`: a new agent, in the roster, in its unit, and up.
struct AddCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "add", abstract: "Add an agent to the roster and start it.",
        usage: "mosaic fleet add NAME [options] -- COMMAND [ARG …]",
        discussion: """
            Example: mosaic fleet add reviewer --directory ~/src/app -- claude --continue

            Exit status: 0 done, 1 the agent did not start.
            """)

    @Argument(help: ArgumentHelp("The new agent's name.", valueName: "name")) var name: String

    @Option(
        help: ArgumentHelp("Working directory. (default: the home directory)", valueName: "dir"),
        completion: .directory)
    var directory: String?

    @Flag(help: "Start it only when it is named.") var noAutostart = false

    @Flag(help: "Do not start it now.") var noStart = false

    @OptionGroup(title: "The agent's settings") var settings: AgentOptions
    @OptionGroup var operation: OperationOptions
    @OptionGroup(title: "Common options") var common: CommonOptions

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("The command and its arguments, run without a shell.", valueName: "command"))
    var command: [String] = []

    func validate() throws {
        if command.isEmpty {
            throw ValidationError(
                "the command is missing; it comes after '--': mosaic fleet add NAME [options] -- COMMAND [ARG …]")
        }
        for assignment in settings.environment where !assignment.dropFirst().contains("=") {
            throw ValidationError("--env '\(assignment)' is not NAME=VALUE")
        }
    }

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let name = try AgentName(name)
        let lines = try lines(context)
        try RosterEdit.check(name, lines)
        var change = RosterChange(command: "add", agents: [name])
        do {
            let writer = try RosterWriter(home: context.home)
            var edit = try RosterEdit(writer.bytes, file: context.home.rosterPath)
            try edit.add(name, lines)
            guard edit.roster.holder.socket != nil || common.backend == .fake else {
                throw FleetError(
                    .badRoster,
                    "[holder] of \(Printable.oneLine(context.home.rosterPath)) has no socket, so no unit can be written",
                    hint: "add a line such as socket = \"mosaic-fleet\" under [holder]")
            }
            try writer.replace(by: edit.bytes)
        }
        context.forgetRoster()
        change.notes.append("Added '\(name)' to \(Printable.oneLine(context.home.rosterPath, limit: 4096)).")
        do throws(FleetError) {
            change.files = try context.renewUnits()
            change.wrote(context.home.rosterPath)
            if !noAutostart { _ = try context.followHolderAtBoot() }
            // The remarks are about the new agent, not about its neighbours.
            var roster = try context.roster()
            roster.agents.removeAll { $0.name != name }
            change.warnings = try context.rosterRemarks(roster)
            if !noStart {
                try context.noteRunningRestart()
                change.operations.append((try context.start([name], operation), "start"))
            }
        } catch {
            var problem = error
            problem.message = "agent '\(name)' is in the roster, but: \(error.message)"
            throw problem
        }
        return try context.conclude(change)
    }

    private func lines(_ context: CommandContext) throws(FleetError) -> [RosterEdit.Line] {
        var lines: [RosterEdit.Line] = [.array("command", command)]
        if let directory { lines.append(.string("directory", try WorkingDirectory.absolute(directory, "--directory"))) }
        if noAutostart { lines.append(.flag("autostart", false)) }
        if !settings.environment.isEmpty {
            let variables = settings.environment.compactMap { $0.halves(at: "=") }
            lines.append(.table("environment", variables.map { (String($0.0), String($0.1)) }))
        }
        if let environmentFile = settings.environmentFile {
            let isOptional = environmentFile.begins(with: "-")
            let path = try WorkingDirectory.absolute(
                isOptional ? String(environmentFile.dropFirst()) : environmentFile, "--environment-file")
            lines.append(.string("environment_file", (isOptional ? "-" : "") + path))
        }
        for (key, value) in [
            ("memory_max", settings.memoryMax), ("cpu_quota", settings.cpuQuota), ("tasks_max", settings.tasksMax),
            ("stop_timeout", settings.stopTimeout),
        ] {
            if let value { lines.append(.string(key, value)) }
        }
        return lines
    }
}
