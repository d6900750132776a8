internal import CDBus
internal import Glibc

/// A service manager with a holder and three agents behind a private socket, in a process of its own, so that what it
/// uses is not counted with its client.
///
/// Every fifth connection is cut once in the middle: losing a connection may cost no memory either.
final class Peer {
    private struct Unit {
        var run: UInt32 = 1
        var isActive = true
    }

    private var units: [String: Unit] = [:]
    private var lastJob: UInt32 = 0
    private var lastPID: UInt32 = 5_000_000  // above the kernel's largest pid
    private var serial: UInt32 = 0
    private var hasCut = false

    static let root = "/org/freedesktop/systemd1"

    init(_ names: [String]) { for name in names { units[name] = Unit() } }

    /// Serves one connection after the other, until standard input ends.
    func serve(_ path: String) -> Bool {
        let listener = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_un()
        place.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: place.sun_path) else { return false }
        withUnsafeMutableBytes(of: &place.sun_path) { bytes in
            for (index, byte) in path.utf8.enumerated() { bytes[index] = byte }
        }
        let isBound = withUnsafePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard isBound == 0, listen(listener, 16) == 0 else { return false }
        print("listening")
        fflush(nil)
        var number = 0
        while Self.isReadable(listener) {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { return false }
            number += 1
            hasCut = false
            converse(client, isCut: number % 5 == 0)
            close(client)
        }
        return true
    }

    /// False when standard input ended: nobody needs this peer any more.
    private static func isReadable(_ descriptor: CInt) -> Bool {
        var wanted = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&wanted, 2, -1) < 0 && errno == EINTR {}
        return wanted[1].revents == 0
    }

    private func converse(_ client: CInt, isCut: Bool) {
        var pending: [UInt8] = []
        var calls = 0
        func readMore() -> Bool {
            guard Self.isReadable(client) else { return false }
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = read(client, &buffer, buffer.count)
            guard count > 0 else { return false }
            pending += buffer[..<count]
            return true
        }
        while true {
            guard let end = pending.firstIndex(of: UInt8(ascii: "\n")) else {
                guard readMore() else { return }
                continue
            }
            let line = String(decoding: pending[..<end], as: UTF8.self)
            pending.removeSubrange(...end)
            if line.contains("BEGIN") { break }
            let answer = line.contains("AUTH") ? "OK 0123456789abcdef0123456789abcdef\r\n" : "ERROR\r\n"
            guard put(Array(answer.utf8), client) else { return }
        }
        while true {
            let needed = pending.withUnsafeBytes {
                $0.count < 16
                    ? 0
                    : dbus_message_demarshal_bytes_needed(
                        $0.baseAddress?.assumingMemoryBound(to: CChar.self), CInt($0.count))
            }
            guard needed > 0, pending.count >= Int(needed) else {
                guard readMore() else { return }
                continue
            }
            let call = pending.withUnsafeBytes {
                dbus_message_demarshal($0.baseAddress?.assumingMemoryBound(to: CChar.self), needed, nil)
            }
            pending.removeSubrange(..<Int(needed))
            guard let call else { return }
            defer { dbus_message_unref(call) }
            calls += 1
            if isCut && calls == 40 { return }
            for message in answers(to: call) {
                defer { dbus_message_unref(message) }
                serial += 1
                dbus_message_set_serial(message, serial)
                guard put(Self.marshalled(message), client) else { return }
            }
        }
    }

    private static func marshalled(_ message: OpaquePointer) -> [UInt8] {
        var bytes: UnsafeMutablePointer<CChar>?
        var count: CInt = 0
        guard dbus_message_marshal(message, &bytes, &count) != 0, let bytes else { return [] }
        defer { dbus_free(bytes) }
        return UnsafeBufferPointer(start: bytes, count: Int(count)).map(UInt8.init(bitPattern:))
    }

    private func put(_ bytes: [UInt8], _ client: CInt) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(client, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    // MARK: The manager

    private func answers(to call: OpaquePointer) -> [OpaquePointer] {
        let member = dbus_message_get_member(call).map { String(cString: $0) } ?? ""
        let path = dbus_message_get_path(call).map { String(cString: $0) } ?? ""
        let arguments = Wire.texts(of: call)
        switch member {
        case "GetAll": return [Wire.answer(call) { Wire.dictionary(self.properties(at: path), &$0) }].compactMap { $0 }
        case "Get":
            let name = arguments.last ?? ""
            let value: WireValue =
                switch name {
                case "Version": .text("252")
                case "Environment": .texts([])
                default: properties(at: path)[name] ?? .text("")
                }
            return [Wire.answer(call) { value.appendVariant(to: &$0) }].compactMap { $0 }
        case "GetUnitProcesses":
            let unit = arguments.first ?? ""
            let pids = units[unit].map { $0.isActive ? [pid(of: unit)] : [] } ?? []
            return [Wire.answer(call) { Wire.processes(pids, &$0) }].compactMap { $0 }
        case "ListUnitsByNames":
            let rows = units.map { (name: $0.key, isActive: $0.value.isActive) }
            return [Wire.answer(call) { Wire.units(rows, &$0) }].compactMap { $0 }
        case "ListUnitsByPatterns":
            let agents = units.filter { $0.key.contains("@") }.map { (name: $0.key, isActive: $0.value.isActive) }
            return [Wire.answer(call) { Wire.units(agents, &$0) }].compactMap { $0 }
        case "StartUnit", "StopUnit", "RestartUnit": return run(member, arguments.first ?? "", call)
        default: return [Wire.answer(call) { _ in }].compactMap { $0 }
        }
    }

    private func run(_ member: String, _ unit: String, _ call: OpaquePointer) -> [OpaquePointer] {
        units[unit]?.isActive = member != "StopUnit"
        if member != "StopUnit" { units[unit]?.run += 1 }
        lastJob += 1
        let job = "\(Self.root)/job/\(lastJob)"
        let id = lastJob
        return [
            Wire.answer(call) { WireValue.path(job).append(to: &$0) },
            Wire.signal("JobRemoved") {
                for value in [.number(id), .path(job), .text(unit), .text("done")] as [WireValue] {
                    value.append(to: &$0)
                }
            },
        ].compactMap { $0 }
    }

    private func pid(of unit: String) -> UInt32 { lastPID + (units[unit]?.run ?? 0) }

    private func properties(at path: String) -> [String: WireValue] {
        guard let name = units.keys.first(where: { path.hasSuffix("/unit/" + Self.escaped($0)) }),
            let unit = units[name]
        else { return ["LoadState": .text("not-found"), "ActiveState": .text("inactive"), "Job": .job] }
        let run = (0..<4).map { UInt8(truncatingIfNeeded: unit.run >> ($0 * 8)) }
        return [
            "LoadState": .text("loaded"), "ActiveState": .text(unit.isActive ? "active" : "inactive"),
            "SubState": .text(unit.isActive ? "running" : "dead"), "ActiveEnterTimestamp": .long(UInt64(unit.run)),
            "InvocationID": .bytes(Array(repeating: 7, count: 12) + run), "ConditionResult": .flag(true),
            "ConditionTimestampMonotonic": .long(5), "Job": .job, "Requires": .texts(["a.service"]),
            "Requisite": .texts([]), "BindsTo": .texts([]), "After": .texts(["a.service"]), "Result": .text("success"),
            "MainPID": .number(unit.isActive ? pid(of: name) : 0), "NRestarts": .number(0),
            "MemoryCurrent": .long(4096), "CPUUsageNSec": .long(1_000_000),
            "ControlGroup": .text("/app.slice/\(name)"), "ExecMainCode": .signed(0), "ExecMainStatus": .signed(0),
        ]
    }

    private static func escaped(_ name: String) -> String {
        name.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            return character.isLetter || character.isNumber ? String(character) : "_" + String(byte, radix: 16)
        }.joined()
    }
}
