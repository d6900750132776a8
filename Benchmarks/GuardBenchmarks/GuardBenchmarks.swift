import Benchmark
import FleetGuard
import Glibc
import LockSequence

/// One uncontended acquire and release in process, and the same system calls in C, by turns: what a machine does
/// meanwhile then hits both. MOSAIC_BENCH_HOME names an empty folder, MOSAIC_BENCH_ROUNDS the number of turns.
let benchmarks: @Sendable () -> Void = {
    let home = getenv("MOSAIC_BENCH_HOME").map { String(cString: $0) } ?? ""
    let rounds = getenv("MOSAIC_BENCH_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 5
    Benchmark.defaultConfiguration = .init(
        // The export that Scripts/bench reads wants the throughput, too.
        metrics: [.wallClock, .throughput], warmupIterations: 100, maxDuration: .milliseconds(500),
        maxIterations: 100_000)
    // Names are run in the order of the alphabet.
    for round in 100..<(100 + rounds) {
        Benchmark("\(round) guard") { _, guarded in
            guarded.release(try guarded.acquire(request, WaitPolicy()))
        } setup: {
            try makeGuard(home)
        }
        Benchmark("\(round) guard-c") { _ in
            let line = lock_sequence_turn()
            guard line == 0 else { throw CallFailed(line: line, error: errno) }
        } setup: {
            _ = try makeGuard(home)  // makes the run directory
            guard lock_sequence_open(home + "/fleet/run") == 0 else { throw CallFailed(line: 0, error: errno) }
        }
    }
}

private let request = LockRequest(scope: .fleet, command: "benchmark", reason: "a measurement")

private func makeGuard(_ home: String) throws -> Guard { try Guard(home: home) }

/// A call in lock_sequence.c failed.
private struct CallFailed: Error {
    let line: CInt
    let error: CInt
}
