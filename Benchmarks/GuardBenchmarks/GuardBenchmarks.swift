import Benchmark
import FleetKit
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
        Benchmark("\(round) guard") { benchmark in
            let processes = try ProcFileSystem()
            let time = SystemTime()
            let store = try FileLockStore.open(home: home, mutex: .auto, time: time, processes: processes)
            let guarded = Guard(store: store, time: time, processes: processes)
            let request = LockRequest(scope: .fleet, command: "benchmark", reason: "a measurement")
            let policy = WaitPolicy()
            benchmark.startMeasurement()
            let lock = try guarded.acquire(request, policy)
            guarded.release(lock)
            benchmark.stopMeasurement()
        }
        Benchmark("\(round) guard-c") { benchmark in
            guard lock_sequence_turn() == 0 else { fatalError("lock_sequence.c: errno \(errno)") }
            _ = benchmark
        } setup: {
            _ = try FileLockStore.open(
                home: home, mutex: .auto, time: SystemTime(), processes: ProcFileSystem())
            guard lock_sequence_open(home + "/fleet/run") == 0 else { fatalError("\(home): errno \(errno)") }
        }
    }
}
