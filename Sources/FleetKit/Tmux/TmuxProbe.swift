/// Asks a tmux server whether it takes commands, without ever starting one (`tmux -N`).
///
/// `list-sessions` and `has-session` exit 1 for no socket, a dead server and (the latter) an empty server alike, and
/// what they say is for people. So the server is asked for its process number instead: seen with tmux 3.3a,
/// `display-message -p '#{pid}'` exits 0 with the number on a server with or without sessions, and 1 where nobody
/// answers. The number also tells the holder's server from one that somebody else's client started on the socket.
public final class TmuxProbe: HolderProbe {
    /// One finished child process.
    struct Reply: Sendable, Equatable {
        /// nil = it was ended by a signal, or by the time limit.
        var status: Int32?
        var output: String
        var errors: String
    }

    /// Runs a program with exactly these arguments and no descriptor of ours but standard ones.
    typealias Runner = (_ program: String, _ arguments: [String]) throws(FleetError) -> Reply

    private let program: String
    private let arguments: [String]
    private let run: Runner

    /// - Parameter environment: of the client; `PATH` (tmux is looked up once) and `TMUX_TMPDIR` count.
    /// - Throws: when there is no tmux program in `PATH`.
    public convenience init(socket: TmuxSocket, environment: [String: String]) throws(FleetError) {
        let program = try TmuxProgram.find(environment: environment)
        let client = TmuxClient(program: program, environment: environment)
        self.init(program: program, socket: socket) { _, arguments throws(FleetError) in try client.run(arguments) }
    }

    init(program: String, socket: TmuxSocket, run: @escaping Runner) {
        self.program = program
        self.arguments = ["-N"] + socket.arguments + ["display-message", "-p", "#{pid}"]
        self.run = run
    }

    public func ask() throws(FleetError) -> ProbeAnswer {
        let reply = try run(program, arguments)
        guard let status = reply.status else { return .silent("tmux itself does not end: its server hangs") }
        let firstLine = { (text: String) in
            Printable.oneLine(text.split(separator: "\n").first.map(String.init) ?? "")
        }
        guard status == 0 else {
            let why = firstLine(reply.errors)
            return .silent(why.isEmpty ? "tmux exits with status \(status)" : why)
        }
        return .answers(server: Int32(firstLine(reply.output)))
    }
}
