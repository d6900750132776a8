/// Where a tmux server listens.
public enum TmuxSocket: Sendable, Equatable {
    /// `tmux -L NAME`, under `$TMUX_TMPDIR` or `/tmp/tmux-UID`.
    case name(String)
    /// `tmux -S PATH`, absolute.
    case path(String)

    /// The option and its value, in front of tmux's own command.
    public var arguments: [String] {
        switch self {
        case .name(let name): ["-L", name]
        case .path(let path): ["-S", path]
        }
    }
}
