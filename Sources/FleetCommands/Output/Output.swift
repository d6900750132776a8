internal import FleetGuard
internal import FleetKit
internal import Glibc

/// Where a command's words go: data to stdout, messages and progress to stderr.
///
/// A reader that went away (`| head`, a closed terminal) is no error. Data that cannot be written for another reason (a full
/// disk) is one, but only at the end: what is lost ends no restart that is under way.
package final class Output {
    let style: Style
    let isQuiet: Bool
    let isVerbose: Bool
    let isJSON: Bool
    private let color: ColorChoice
    private let environment: [String: String]
    private var transcript: CInt?
    /// Why the first piece that stdout did not take was lost.
    private var loss: FleetError?
    /// A picture that is being drawn on the terminal; every message takes its place, and it comes again below.
    var liveArea: LiveArea?

    init(_ common: CommonOptions, environment: [String: String]) {
        isQuiet = common.quiet
        isVerbose = common.verbose
        isJSON = common.json
        color = common.color
        self.environment = environment
        style = Style(isColored: Style.wantsColor(common.color, environment: environment))
        signal(SIGPIPE, SIG_IGN)
        // A file size limit (ulimit -f) is an error to report and clean up after, not a death in the middle of a write.
        signal(SIGXFSZ, SIG_IGN)
    }

    /// One piece of data, with its newline, in one write.
    func data(_ text: String) { emit(text + "\n", to: STDOUT_FILENO) }

    /// Whether the data still has a reader: false once the other end of a pipe is closed, or a piece was lost.
    var isDataRead: Bool { loss == nil && InheritedOutput.hasReader(STDOUT_FILENO) }

    /// A terminal's second screen for a picture of the data, with the keys that are typed there; nil where stdout is no
    /// terminal or a dumb one.
    func drawableData(_ signals: SignalWatch) -> LiveArea? {
        guard TerminalSize.canDraw(on: STDOUT_FILENO, environment: environment) else { return nil }
        let keys = Keys(input: STDIN_FILENO, of: STDOUT_FILENO)
        liveArea = LiveArea(terminal: STDOUT_FILENO, place: .screen, keys: keys, signals: signals)
        return liveArea
    }

    /// Columns of the terminal that gets the data; nil where it is none.
    var dataWidth: Int? { isatty(STDOUT_FILENO) == 1 ? TerminalSize.of(STDOUT_FILENO).width : nil }

    /// One JSON document on one line.
    func json(_ document: JSONObject) throws(FleetError) {
        data(String(decoding: try JSONLine.bytes(document, of: "the answer").dropLast(), as: UTF8.self))
    }

    /// The answer of a command: the document with `--json`, else the text.
    func answer(
        _ document: @autoclosure () -> JSONObject, or text: @autoclosure () throws(FleetError) -> String
    ) throws(FleetError) {
        if isJSON { try json(document()) } else { data(try text()) }
    }

    /// An event of a stream: what cannot be encoded is dropped, since the command goes on.
    func jsonLine(_ document: JSONObject) {
        do throws(FleetError) { try json(document) } catch { warning(error.message) }
    }

    /// The outcome of a command in words; with `-q` or `--json` only in the transcript.
    func summary(_ text: String) { emit(text + "\n", to: STDOUT_FILENO, isShown: !isQuiet && !isJSON) }

    /// The same for an operation: with `-q`, a failure is printed on stderr.
    func outcome(_ text: String, isWell: Bool) {
        guard isQuiet, !isWell else { return summary(text) }
        emit(text + "\n", to: STDERR_FILENO)
    }

    /// Whether a summary has a reader: the operator, or the reader of the transcript.
    var wantsSummary: Bool { !isQuiet || transcript != nil }

    /// Something to know, on stderr; with `-q` only in the transcript.
    func note(_ text: String) { emit("mosaic fleet: \(text)\n", to: STDERR_FILENO, isShown: !isQuiet) }

    /// Something to worry about; also with `-q`.
    func warning(_ text: String) { emit("mosaic fleet: warning: \(text)\n", to: STDERR_FILENO) }

    /// Detail for `-v`.
    func detail(_ text: String) { if isVerbose { note(text) } }

    func error(_ error: FleetError) { emit(Self.text(error, isJSON: isJSON), to: STDERR_FILENO) }

    /// From now on everything goes to this file as well, because the terminal may go away.
    /// - Throws: `.io`.
    func keepTranscript(at path: String) throws(FleetError) {
        // A file of its own, so that another one which still runs does not write into it.
        var descriptor: CInt = -1
        for _ in 0..<10 where descriptor < 0 {
            guard unlink(path) == 0 || errno == ENOENT else { break }
            descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor < 0, errno == EEXIST else { break }
        }
        guard descriptor >= 0 else {
            throw FleetError(
                .io, "cannot write \(Printable.oneLine(path)): \(String(cString: strerror(errno)))",
                hint: "check that directory, or run the command from outside the fleet")
        }
        transcript = descriptor
    }

    /// Where progress can be drawn in place; nil where it has to be told in lines: stderr is no terminal or a dumb one,
    /// every step was asked for (`-v`), or the words are wanted for a machine, for a file or not at all.
    func drawableErrors(_ signals: SignalWatch) -> LiveArea? {
        guard !isQuiet, !isJSON, !isVerbose, transcript == nil,
            TerminalSize.canDraw(on: STDERR_FILENO, environment: environment)
        else { return nil }
        return LiveArea(terminal: STDERR_FILENO, signals: signals)
    }

    /// Of what is drawn on stderr.
    var errorStyle: Style {
        Style(isColored: Style.wantsColor(color, environment: environment, terminal: STDERR_FILENO))
    }

    private func emit(_ text: String, to descriptor: CInt, isShown: Bool = true) {
        if isShown {
            liveArea?.erase()
            let number = InheritedOutput.write(text, to: descriptor)
            // The transcript has it all.
            if descriptor == STDOUT_FILENO, loss == nil, transcript == nil {
                loss = number.flatMap(InheritedOutput.error)
            }
        }
        if let transcript { Self.write(text, to: transcript) }
    }

    /// The end of a command whose work is done: says whether some of its output was lost.
    ///
    /// - Parameter isAnswer: whether the output is all that the command is for. What has acted keeps its exit status: a
    ///   watchdog that takes a full disk for a failed restart would restart the fleet again.
    func end(_ status: ExitStatus, isAnswer: Bool) -> ExitStatus {
        guard let loss else { return status }
        guard isAnswer else {
            warning(loss.message + "; what the command did is not affected")
            return status
        }
        error(loss)
        // A signal that ended the command is told as ever.
        return status.rawValue > 128 ? status : loss.exitStatus
    }

    /// An error as it is printed, with its newline.
    static func text(_ error: FleetError, isJSON: Bool) -> String {
        guard isJSON else {
            let hint = error.hint.isEmpty ? "" : "  hint: \(error.hint)\n"
            return "mosaic fleet: error: \(error.message)\n\(hint)"
        }
        let document: JSONObject = [
            "schemaVersion": 1, "code": error.code.rawValue, "message": error.message, "hint": error.hint,
        ]
        do throws(FleetError) {
            return String(decoding: try JSONLine.bytes(document, of: "the error"), as: UTF8.self)
        } catch {
            return "{}\n"  // three strings always encode
        }
    }

    /// What cannot be written is dropped.
    static func write(_ text: String, to descriptor: CInt) { _ = InheritedOutput.write(text, to: descriptor) }
}
