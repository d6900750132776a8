internal import FleetGuard

/// Words of a tmux command line that must arrive at a program exactly as they are.
enum TmuxWords {
    /// tmux takes a `;` at the end of an argument for its command separator, unless a backslash stands before it.
    static func literal(_ word: String) -> String {
        word.before(";").map { $0 + "\\;" } ?? word
    }

    /// The program and its arguments for `new-session --`.
    ///
    /// tmux executes two or more words directly, but gives a single word to a shell; `env` in front makes it two.
    static func program(_ command: [String]) -> [String] {
        (command.count == 1 ? ["/usr/bin/env", "--"] + command : command).map(literal)
    }

    /// One word inside of a text that tmux parses as commands.
    static func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }

    /// Text where tmux would expand `#{…}` and run `#(…)`, such as `-c`.
    static func withoutFormats(_ text: String) -> String { literal(text.replacingEach("#", by: "##")) }
}
