internal import FleetGuard
public import FleetKit

extension HostFrame {
    /// What a command that failed there says is wrong, and what to do about it; both safe for a terminal.
    ///
    /// From the two lines, or with `--json` the object, that every command of `mosaic fleet` ends with; any other text is
    /// its message as it is.
    public var complaint: (message: String, hint: String) {
        if case .object(let error) = JSONValue(errors ?? ""), case .string(let message) = error["message"] {
            var hint = ""
            if case .string(let text) = error["hint"] { hint = text }
            return (Printable.oneLine(message, limit: 400), Printable.oneLine(hint, limit: 400))
        }
        let lines = ((errors ?? "") + "\n" + (text ?? "")).parts(at: "\n").map(String.init)
        let message = lines.lazy.compactMap { $0.after("mosaic fleet: error: ") }.first ?? lines.first?[...] ?? ""
        let hint = lines.lazy.compactMap { $0.after("  hint: ") }.first ?? ""
        return (
            message.isEmpty ? "it says nothing" : Printable.oneLine(String(message), limit: 400),
            Printable.oneLine(String(hint), limit: 400)
        )
    }
}
