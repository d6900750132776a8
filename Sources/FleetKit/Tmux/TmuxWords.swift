internal import FleetGuard

/// Words of a tmux command line that must arrive at a program exactly as they are.
enum TmuxWords {
    /// tmux takes a `;` at the end of an argument for its command separator, unless a backslash stands before it.
    static func literal(_ word: String) -> String {
        word.before(";").map { $0 + "\\;" } ?? word
    }

    /// One word inside of a text that tmux parses as commands.
    static func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }
}
