internal import CLinux
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
    /// Non-blocking, closed on exec; -1 once the other end is closed.
    private(set) var outputs: [CInt]
    private var texts: [[UInt8]] = [[], []]
    /// As wait(2) has it; nil as long as it runs.
    var status: CInt?

    private static let outputLimit = 256 << 10

    init(_ words: [String], environment: [String: String]) throws(ProgramStart.Failure) {
        var pipes: [[CInt]] = []
        defer { for ends in pipes { close(ends[1]) } }
        for _ in 0..<2 {
            var ends: [CInt] = [-1, -1]
            guard fleet_pipe(&ends) == 0 else {
                let number = errno
                for ends in pipes { close(ends[0]) }
                throw ProgramStart.Failure(step: .fork, number: number)
            }
            pipes.append(ends)
        }
        do throws(ProgramStart.Failure) {
            process = try ProgramStart(words: words, environment: environment).start(
                output: pipes[0][1], errors: pipes[1][1])
        } catch {
            for ends in pipes { close(ends[0]) }
            throw error
        }
        outputs = pipes.map { $0[0] }
    }

    deinit { for output in outputs where output >= 0 { close(output) } }

    var output: String { String(decoding: texts[0], as: UTF8.self) }
    var errors: String { String(decoding: texts[1], as: UTF8.self) }
    /// It has ended, and all that it wrote is here.
    var isDone: Bool { status != nil && outputs.allSatisfy { $0 < 0 } }
    /// Nil when it was ended by a signal.
    var exitStatus: Int32? { status.flatMap { $0 & 0x7f == 0 ? ($0 >> 8) & 0xff : nil } }

    /// Takes what has come; called when poll(2) says that a descriptor is ready.
    func collect(_ descriptor: CInt) {
        guard let index = outputs.firstIndex(of: descriptor) else { return }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0 && errno == EINTR { return }
        guard count > 0 else {
            close(descriptor)
            outputs[index] = -1
            return
        }
        if texts[index].count < Self.outputLimit { texts[index] += buffer[..<count] }
    }
}
