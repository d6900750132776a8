internal import CLinux
package import FleetGuard
internal import Glibc

/// Runs one accepted operation to its end, whatever becomes of the connection that asked for it.
package struct HostKeeper {
    /// Absolute.
    package var program: String
    /// Without the program's name.
    package var arguments: [String]
    package var environment: [String: String]
    package var ledger: HostLedger

    /// Bytes of what the operation said that are kept for a station that was away.
    private static let wordsLimit = 1 << 18

    package init(program: String, arguments: [String], environment: [String: String], ledger: HostLedger) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.ledger = ledger
    }

    /// - Parameters:
    ///   - line: called with each line that the operation prints.
    ///   - idle: called at least every 100 ms.
    /// - Returns: the exit status, which has been written down: the program's, or 128 and the signal that ended it.
    /// - Throws: `.io`; what the program does then goes on.
    package func run(
        _ operation: borrowing HostLedger.Accepted, line: (String) throws(FleetError) -> Void,
        idle: () throws(FleetError) -> Void
    ) throws(FleetError) -> Int32 {
        let file = ledger.wordsFile(operation.id)
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
        guard let words = Descriptor(result: open(file, flags, 0o600)) else {
            throw Self.failure("write \(Printable.oneLine(file))", errno)
        }
        var ends: [CInt] = [-1, -1]
        guard fleet_pipe(&ends) == 0 else { throw Self.failure("make a pipe", errno) }
        defer { close(ends[0]) }
        let child: pid_t
        do throws(FleetError) { child = try spawn(input: operation.descriptor.number, output: ends[1]) } catch {
            close(ends[1])
            throw error
        }
        close(ends[1])
        var lines = LinePieces()
        var room = Self.wordsLimit
        var status: Int32?
        while true {
            // Asked first: what the program printed before its end is in the pipe by then.
            if status == nil { status = ProcessSpawn.status(ofEnded: child) }
            let bytes = Self.read(ends[0], wait: status == nil)
            if !bytes.isEmpty {
                let part = bytes.prefix(room)
                room -= part.count
                // A full disk loses words only.
                _ = part.withUnsafeBytes { write(words.number, $0.baseAddress, $0.count) }
                for text in lines.add(bytes) { try line(text) }
            } else if let status {
                for text in lines.flush() { try line(text) }
                try ledger.end(operation, status: status)
                return status
            }
            try idle()
        }
    }

    private func spawn(input: CInt, output: CInt) throws(FleetError) -> pid_t {
        do throws(SpawnFailure) {
            // Nothing that ends the connection's session reaches it.
            return try ProcessSpawn(
                path: program, line: ([program] + arguments, environment), input: .descriptor(input),
                output: .descriptor(output), errors: .descriptor(output), group: .session
            ).start()
        } catch {
            throw Self.failure("run \(Printable.oneLine(program))", error.number)
        }
    }

    private static func read(_ pipe: CInt, wait: Bool) -> [UInt8] {
        var polled = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, wait ? 100 : 0) > 0 else { return [] }
        guard polled.revents & Int16(POLLIN) != 0 else {
            // Closed before the program has ended: do not spin until it has.
            if wait { _ = poll(nil, 0, 20) }
            return []
        }
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        let count = Glibc.read(pipe, &bytes, bytes.count)
        return count > 0 ? Array(bytes[..<count]) : []
    }

    private static func failure(_ what: String, _ number: CInt) -> FleetError {
        FleetError(
            .io, "cannot \(what): \(String(cString: strerror(number)))",
            hint: "check the host's disk, memory and limits, then ask again")
    }
}

/// Lines out of bytes as they come; a line without an end is cut at a bound.
struct LinePieces {
    private var rest: [UInt8] = []
    private static let limit = 4096

    /// Invalid UTF-8 is repaired with U+FFFD.
    mutating func add(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") || rest.count >= Self.limit {
                lines.append(String(decoding: rest, as: UTF8.self))
                rest = []
                if byte == UInt8(ascii: "\n") { continue }
            }
            rest.append(byte)
        }
        return lines
    }

    mutating func flush() -> [String] {
        defer { rest = [] }
        return rest.isEmpty ? [] : [String(decoding: rest, as: UTF8.self)]
    }
}
