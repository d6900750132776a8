internal import FleetGuard

/// Runs one tmux client to its end.
struct TmuxClient {
    /// Absolute.
    let program: String
    let environment: [String: String]
    /// A client of a hung server never ends by itself.
    var limit: Duration = .seconds(3)

    /// Bytes of each of its streams that are kept.
    var outputLimit = 16_384

    /// - Parameter input: for its standard input; nil: `/dev/null`.
    func run(_ arguments: [String], input: [UInt8]? = nil) throws(FleetError) -> TmuxProbe.Reply {
        var output: ChildProcess.Output
        do throws(FleetError) {
            output = try ChildProcess(executable: program, arguments: arguments, environment: environment)
                .run(input: input, keeping: outputLimit, timeout: limit)
        } catch {
            throw FleetError(
                error.code, error.message, hint: "install tmux, or leave [holder] socket out of the roster")
        }
        var status: Int32?
        if case .exited(let code) = output.ending { status = code }
        return TmuxProbe.Reply(status: status, output: output.standardOutput, errors: output.standardError)
    }
}
