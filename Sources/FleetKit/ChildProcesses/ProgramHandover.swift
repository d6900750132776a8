public import FleetGuard
internal import Glibc

/// Another program in this process's place: same process number, same terminal, its own exit status.
public struct ProgramHandover: Sendable, Equatable {
    /// An absolute path.
    public var executable: String
    /// Without the program's own name.
    public var arguments: [String]
    /// The whole environment of the program.
    public var environment: [String: String]

    /// Executes nothing; `run` does.
    public init(executable: String, arguments: [String], environment: [String: String]) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
    }

    /// Becomes the program. It gets the descriptors that this process was given itself (every one that was opened
    /// since is close-on-exec) and the signals' default actions where this program ignores them.
    ///
    /// - Throws: `.io` when the program cannot be executed, naming it; the process is then as it was.
    public func run() throws(FleetError) -> Never {
        // Ignored signals stay ignored over an exec, and `logs | head` would then write forever.
        let ignored = [SIGPIPE, SIGXFSZ].map { ($0, signal($0, SIG_DFL)) }
        let error = ProgramLine.with([executable] + arguments, environment) { words, variables in
            execve(executable, words, variables)
            return errno
        }
        for (number, action) in ignored { signal(number, action) }
        throw FleetError(
            .io, "cannot run \(Printable.oneLine(executable)): \(String(cString: strerror(error)))",
            hint: "try to run the program by hand")
    }
}
