package import FleetGuard

/// Asks the holder's tmux server whether it takes commands, without ever starting one (`tmux -N`).
///
/// The server is found by its process and reached where that process listens (`HolderServer`), never by the caller's
/// environment; a lost socket is restored first. `list-sessions` and `has-session` exit 1 for no socket, a dead server
/// and (the latter) an empty server alike, so the server is asked for its process number instead: seen with tmux 3.3a,
/// `display-message -p '#{pid}'` exits 0 with the number on a server with or without sessions.
package final class TmuxProbe: HolderProbe {
    /// One finished child process.
    struct Reply: Sendable, Equatable {
        /// nil = it was ended by a signal, or by the time limit.
        var status: Int32?
        var output: String
        var errors: String
    }

    /// Runs tmux with exactly these arguments and no descriptor of ours but standard ones.
    typealias Runner = (_ arguments: [String]) throws(FleetError) -> Reply

    private let socket: TmuxSocket
    private let run: Runner

    /// An owner of the lock that waits here makes no progress meanwhile.
    private static let reviveLimit: Duration = .seconds(2)

    /// - Parameter environment: of the client; `PATH` (tmux is looked up once) counts.
    /// - Throws: if there is no tmux program in `PATH`.
    package convenience init(socket: TmuxSocket, environment: [String: String]) throws(FleetError) {
        let client = TmuxClient(program: try TmuxProgram.find(environment: environment), environment: environment)
        self.init(socket: socket) { arguments throws(FleetError) in try client.run(arguments) }
    }

    init(socket: TmuxSocket, run: @escaping Runner) {
        self.socket = socket
        self.run = run
    }

    package func ask(among processes: [Int32]) throws(FleetError) -> ProbeAnswer {
        guard let server = HolderServer.find(among: processes, socket: socket) else {
            return .silent("none of its processes is a tmux server that listens on \(socket.shown)")
        }
        switch server.presence {
        case .reachable: break
        case .foreign(let other): return .foreign(server.foreign(other).description)
        case .unclear(let why): return .silent("\(server.shown): \(why)")
        case .lost:
            // Not an error here: the waiting caller reports it at the end of the wait.
            do throws(FleetError) { try server.revive(within: Self.reviveLimit) } catch {
                return .silent(error.message)
            }
        }
        return try ask(server)
    }

    package func sessions(among processes: [Int32]) throws(FleetError) -> [String]? {
        guard let server = HolderServer.find(among: processes, socket: socket), server.presence == .reachable else {
            return nil
        }
        let reply = try run(server.clientOptions + ["list-sessions", "-F", "#{session_name}"])
        guard reply.status == 0 else { return nil }
        return reply.output.parts(at: "\n").map(String.init).sorted()
    }

    package func end(_ session: String, among processes: [Int32]) throws(FleetError) {
        let shown = Printable.oneLine(session, limit: 40)
        guard let server = HolderServer.find(among: processes, socket: socket), server.presence == .reachable else {
            throw FleetError(
                .unitFailed, "session \(shown) was not ended: the holder's tmux server cannot be reached",
                hint: "see why with: mosaic fleet doctor")
        }
        // `=`: no other session's name that begins like it.
        let reply = try run(server.clientOptions + ["kill-session", "-t", "=\(session)"])
        guard reply.status == 0 else {
            throw FleetError(
                .unitFailed, "session \(shown) was not ended: \(Printable.oneLine(reply.errors))",
                hint: "list the sessions with: mosaic fleet status")
        }
    }

    private func ask(_ server: HolderServer) throws(FleetError) -> ProbeAnswer {
        let reply = try run(server.clientOptions + ["display-message", "-p", "#{pid}"])
        guard let status = reply.status else { return .silent("tmux does not exit: its server hangs") }
        let firstLine = { (text: String) in
            Printable.oneLine(text.parts(at: "\n").first.map(String.init) ?? "")
        }
        guard status == 0 else {
            let why = firstLine(reply.errors)
            return .silent(why.isEmpty ? "tmux exits with status \(status)" : why)
        }
        let answered = Int32(firstLine(reply.output))
        if let answered, answered != server.pid { return .foreign(server.foreign(answered).description) }
        return .answers(server: answered)
    }
}
