internal import Glibc

/// Colour, or none.
struct Style {
    var isColored: Bool

    static func wantsColor(
        _ choice: ColorChoice, environment: [String: String], terminal: CInt = STDOUT_FILENO
    ) -> Bool {
        switch choice {
        case .always: true
        case .never: false
        case .auto:
            isatty(terminal) == 1 && environment["NO_COLOR", default: ""].isEmpty
                && environment["TERM"] != "dumb"
        }
    }

    func plain(_ text: String) -> String { text }
    func good(_ text: String) -> String { paint(text, "32") }
    func bad(_ text: String) -> String { paint(text, "31") }
    func warn(_ text: String) -> String { paint(text, "33") }
    func bold(_ text: String) -> String { paint(text, "1") }
    func dim(_ text: String) -> String { paint(text, "2") }

    private func paint(_ text: String, _ code: String) -> String {
        isColored && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
