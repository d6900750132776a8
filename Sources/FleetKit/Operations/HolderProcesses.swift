internal import FleetGuard
internal import Glibc

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
    func start(of pid: Int32) -> UInt64? {
        guard let text = read("/proc/\(pid)/stat"), let end = text.lastPlace(of: ")") else { return nil }
        // The program's name may hold blanks and brackets: count from behind it. Field 3 is the first one there.
        let fields = text[text.index(after: end)...].parts(at: " ")
        return fields.count > 19 ? UInt64(fields[19]) : nil
    }

    func name(of pid: Int32) -> String? {
        read("/proc/\(pid)/comm").map { Printable.oneLine(String($0.prefix { $0 != "\n" }), limit: 32) }
    }

    private func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(file, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}
