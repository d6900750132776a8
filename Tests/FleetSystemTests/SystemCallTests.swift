import FleetTestSupport
import Testing

/// What the guard asks of the kernel, counted by strace in a real process. Counts do not vary, so the bound is exact: who
/// adds a call does it on purpose and changes the number here and in docs/performance.md.
@Suite("System calls", .timeLimit(.minutes(10)))
struct SystemCallTests {
    @Test("An acquire and a release that nobody disturbs are 27 system calls")
    func uncontended() throws {
        let (few, many) = (try Self.calls(cycles: 1), try Self.calls(cycles: 11))
        // The difference has no start of a process in it, and no first opening of the files.
        var tenCycles = many
        for call in few {
            if let index = tenCycles.firstIndex(of: call) { tenCycles.remove(at: index) }
        }
        #expect(many.count - few.count == 10 * 27, "\(tenCycles.sorted())")
    }

    /// The names of the system calls of so many cycles, one after the other.
    private static func calls(cycles: Int) throws -> [String] {
        let folder = FakeDirectory()
        let trace = folder.path + "/trace"
        // The memory calls are the allocator's business, and come when it likes.
        let words = ["/usr/bin/strace", "--follow-forks", "--output=\(trace)", "--trace=!%memory"]
        let program = [try BuiltProduct.path("guard-holder"), "uncontended", folder.path + "/home", "\(cycles)"]
        let process = try TestProcess(words + program, environment: [:])
        let end = try process.wait()
        #expect(end == .exit(0), "\(process.errors)")
        return TestProcess.contents(trace).split(separator: "\n").compactMap { line in
            // `PID name(arguments) = result`; the end of a process has no call.
            let call = line.drop { $0.isNumber || $0 == " " }
            return call.firstIndex(of: "(").map { String(call[..<$0]) }
        }
    }
}
