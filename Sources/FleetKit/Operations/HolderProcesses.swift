internal import FleetGuard

/// One process, safe against the reuse of its number.
struct ProcessStamp: Hashable, Sendable {
    var pid: Int32
    /// Field 22 of `/proc/PID/stat`, clock ticks since boot; nil where it could not be read.
    var start: UInt64?
}

/// What settle needs to know of processes; a test has its own.
protocol ProcessLook: Sendable {
    func start(of pid: Int32) -> UInt64?
    /// The program's name, for messages.
    func name(of pid: Int32) -> String?
}

extension ProcessLook {
    func stamps(of pids: [Int32]) -> [ProcessStamp] { pids.map { ProcessStamp(pid: $0, start: start(of: $0)) } }
}

struct ProcProcessLook: ProcessLook {
    func start(of pid: Int32) -> UInt64? { ProcessStat.read(pid)?.start }

    func name(of pid: Int32) -> String? {
        SmallFile.read("/proc/\(pid)/comm", limit: 4096).map { bytes in
            Printable.oneLine(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self), limit: 32)
        }
    }
}
