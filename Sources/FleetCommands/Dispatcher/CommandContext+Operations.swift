internal import FleetKit

extension CommandContext {
    /// The command line as it was typed, for the lock record.
    var commandLine: String {
        let words = ["mosaic"] + arguments.map(Self.quoted)
        return Printable.oneLine(words.joined(separator: " "), limit: 1000)
    }

    /// As it could be typed again in a shell.
    private static func quoted(_ word: String) -> String {
        let isPlain = !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "-_=.,:/@+%".contains($0) }
        return isPlain
            ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// What an operation needs beside its manager: who listens, what interrupts, what asks the holder's server.
    func surroundings() throws(FleetError) -> OperationSurroundings {
        let signals = signals
        let interruption = Interruption { @Sendable in
            switch signals.interruption()?.code {
            case nil: nil
            case .terminated: .terminate
            default: .interrupt
            }
        }
        return OperationSurroundings(
            observer: OperationVoice(output), interruption: interruption, probe: try holderProbe())
    }

    /// `start` and `stop` do not wait for a restart that is under way, but they say that there is one.
    func noteRunningRestart() throws(FleetError) {
        let inspection = try inspectLock()
        guard let observation = inspection.observation, inspection.verdict == .held else { return }
        output.note("a restart is running, this command does not wait for it: \(LockWords.ownerInFull(observation))")
    }

    /// Prints the report and turns it into the exit status.
    func conclude(_ report: OperationReport, _ verb: String) throws(FleetError) -> ExitStatus {
        if common.json {
            try output.json(OperationDocument(report, verb: verb))
        } else {
            output.summary(OperationText(report, verb: verb, style: output.style).render())
        }
        return report.exitStatus
    }

    /// Ends a command whose work another process's restart has done.
    func conclude(joining other: CompletedRestart) throws(FleetError) -> ExitStatus {
        if common.json {
            try output.json(JoinDocument(joined: other))
        } else {
            output.summary(
                "Nothing left to do: \(other.scope.words) was restarted meanwhile by pid \(other.pid)"
                    + " (\(Printable.oneLine(other.command))), which ended well at \(Printable.oneLine(other.finishedAt))."
            )
        }
        return .done
    }
}

/// `restart --join --json`, when it joined.
struct JoinDocument: Encodable {
    let schemaVersion = 1
    let command = "restart"
    let ok = true
    var joined: CompletedRestart
}
