internal import FleetGuard
internal import FleetKit
internal import FoundationEssentials
internal import Glibc

/// Where a command's words go: data to stdout, messages and progress to stderr. A reader that went away is no error.
final class HostsOutput {
    let isJSON: Bool
    private let isQuiet: Bool
    /// Lines of a picture on the terminal that the next message replaces.
    private var drawn = 0
    let canDraw: Bool
    /// Why the first piece that stdout did not take was lost.
    private var loss: FleetError?

    init(_ common: HostsOptions) {
        isJSON = common.json
        isQuiet = common.quiet
        let terminal = getenv("TERM").map { String(cString: $0) } ?? ""
        canDraw =
            !common.json && !common.quiet && isatty(STDERR_FILENO) == 1 && !terminal.isEmpty && terminal != "dumb"
        signal(SIGPIPE, SIG_IGN)
    }

    func data(_ text: String) {
        erase()
        let number = InheritedOutput.write(text + "\n", to: STDOUT_FILENO)
        if loss == nil { loss = number.flatMap(InheritedOutput.error) }
    }

    /// Whether the data still has a reader: false once the other end of a pipe is closed, or a piece was lost.
    var isDataRead: Bool { loss == nil && InheritedOutput.hasReader(STDOUT_FILENO) }

    /// The end of a command whose work is done: says whether some of its output was lost.
    /// - Parameter isAnswer: whether the output is all that the command is for; else it keeps its exit status.
    func end(_ status: ExitStatus, isAnswer: Bool) -> ExitStatus {
        guard let loss else { return status }
        guard isAnswer else {
            Self.write("mosaic fleet hosts: warning: \(loss.message); what the command did is not affected\n", to: 2)
            return status
        }
        error(loss)
        // A signal that ended the command is told as ever.
        return status.rawValue > 128 ? status : loss.exitStatus
    }

    /// What an operation came to; with `-q` a failure alone, and on stderr.
    func outcome(_ text: String, isWell: Bool) {
        guard isQuiet else { return data(text) }
        if !isWell { Self.write(text + "\n", to: STDERR_FILENO) }
    }

    func json(_ value: some Encodable) throws(FleetError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            data(String(decoding: try encoder.encode(value), as: UTF8.self))
        } catch {
            throw FleetError(.io, "the answer cannot be written as JSON: \(error)", hint: "report this as a bug")
        }
    }

    func note(_ text: String) {
        guard !isQuiet else { return }
        erase()
        Self.write("mosaic fleet hosts: \(text)\n", to: STDERR_FILENO)
    }

    func error(_ error: FleetError) {
        erase()
        guard isJSON else {
            let hint = error.hint.isEmpty ? "" : "  hint: \(error.hint)\n"
            return Self.write("mosaic fleet hosts: error: \(error.message)\n\(hint)", to: STDERR_FILENO)
        }
        let document = ErrorDocument(code: error.code.rawValue, message: error.message, hint: error.hint)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(document) else { return }  // three strings always encode
        Self.write(String(decoding: bytes, as: UTF8.self) + "\n", to: STDERR_FILENO)
    }

    private struct ErrorDocument: Encodable {
        let schemaVersion = 1
        var code: String
        var message: String
        var hint: String
    }

    /// Draws the lines over those that were drawn before.
    func draw(_ lines: [String]) {
        guard canDraw else { return }
        var size = winsize()
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let columns = isKnown ? Int(size.ws_col) : 80
        let rows = isKnown && size.ws_row > 2 ? Int(size.ws_row) - 1 : 23
        let shown = lines.prefix(rows).map { String($0.prefix(columns - 1)) }
        // The terminal may have echoed a key: back to the first column.
        var text = drawn > 0 ? "\r\u{1B}[\(drawn)A" : ""
        text += shown.map { "\u{1B}[2K\($0)\n" }.joined()
        if shown.count < drawn { text += "\u{1B}[J" }
        Self.write(text, to: STDERR_FILENO)
        drawn = shown.count
    }

    func erase() {
        guard drawn > 0 else { return }
        Self.write("\r\u{1B}[\(drawn)A\u{1B}[J", to: STDERR_FILENO)
        drawn = 0
    }

    /// What cannot be written is dropped.
    static func write(_ text: String, to descriptor: CInt) { _ = InheritedOutput.write(text, to: descriptor) }

    /// Columns, two blanks apart. Every cell must be safe for a terminal already.
    static func table(_ rows: [[String]]) -> String {
        let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
            rows.map { $0.count > column ? $0[column].unicodeScalars.count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, text in
                column == row.count - 1
                    ? text : text + String(repeating: " ", count: widths[column] - text.unicodeScalars.count)
            }
            var line = cells.joined(separator: "  ")[...]
            while line.utf8.last == UInt8(ascii: " ") { line = line.dropLast() }
            return String(line)
        }.joined(separator: "\n")
    }
}
