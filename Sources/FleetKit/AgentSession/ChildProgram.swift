internal import CLinux
internal import FleetGuard
internal import Glibc

/// Starting a program of the session: a tmux client, the stop command, the agent.
struct ProgramStart {
    /// Looked for in the caller's `PATH` when it has no slash.
    var words: [String]
    var environment: [String: String]
    /// Nil: the caller's.
    var directory: String?

    enum Step: Int32 {
        case fork = 1
        case terminal = 2
        case directory = 3
        case execute = 4
    }

    /// Why it did not start.
    struct Failure: Error, Equatable {
        var step: Step
        var number: CInt
        var words: String { String(cString: strerror(number)) }
    }

    struct OnTerminal: Equatable {
        var process: Int32
        /// Leads the terminal's session.
        var leader: Int32
    }

    /// - Parameter descriptors: the program's 1 and 2; nil: the caller's.
    func start(output: CInt?, errors: CInt?) throws(Failure) -> Int32 {
        var step: CInt = 0
        let process = withProgram(output: output ?? -1, errors: errors ?? -1) { fleet_start_program($0, &step) }
        guard process > 0 else { throw failure(step) }
        return process
    }

    func start(terminal: CInt) throws(Failure) -> OnTerminal {
        var step: CInt = 0
        var leader: pid_t = 0
        let process = withProgram(output: -1, errors: -1) { fleet_start_on_terminal($0, terminal, &leader, &step) }
        guard process > 0 else { throw failure(step) }
        return OnTerminal(process: process, leader: leader)
    }

    private func failure(_ step: CInt) -> Failure { Failure(step: Step(rawValue: step) ?? .fork, number: errno) }

    /// errno of the body is kept.
    private func withProgram(
        output: CInt, errors: CInt, _ body: (UnsafePointer<fleet_program>) -> pid_t
    ) -> pid_t {
        (directory ?? "").withCString { folder in
            ProgramLine.with(words, environment) { words, variables in
                var program = fleet_program(
                    file: words[0], arguments: words, environment: variables,
                    directory: directory == nil ? nil : folder, output: output, errors: errors)
                return body(&program)
            }
        }
    }
}

/// A program whose words are collected, such as a tmux client: it runs beside the loop, which never waits for it alone.
final class ChildProgram {
    let process: Int32
    private let pipes: [ChildPipe]
    /// As wait(2) has it; nil as long as it runs.
    var status: CInt?

    private static let outputLimit = 256 << 10

    init(_ words: [String], environment: [String: String]) throws(ProgramStart.Failure) {
        do throws(FleetError) {
            pipes = [try ChildPipe(limit: Self.outputLimit), try ChildPipe(limit: Self.outputLimit)]
        } catch {
            throw ProgramStart.Failure(step: .fork, number: error.errno ?? EMFILE)
        }
        process = try ProgramStart(words: words, environment: environment).start(
            output: pipes[0].writer, errors: pipes[1].writer)
        for pipe in pipes { pipe.closeWriter() }
    }

    /// Non-blocking; those whose other end is still open.
    var outputs: [CInt] { pipes.compactMap(\.reader) }
    var output: String { pipes[0].text }
    var errors: String { pipes[1].text }
    /// It has ended, and all that it wrote is here.
    var isDone: Bool { status != nil && outputs.isEmpty }
    /// Nil when it was ended by a signal.
    var exitStatus: Int32? { status.flatMap { $0 & 0x7f == 0 ? ($0 >> 8) & 0xff : nil } }

    /// Takes what has come; called when poll(2) says that a descriptor is ready.
    func collect(_ descriptor: CInt) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        pipes.first { $0.reader == descriptor }?.read(&buffer)
    }
}
