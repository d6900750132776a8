internal import CDBus
internal import FleetGuard
internal import FleetKit
internal import Glibc
import Synchronization

@testable internal import FleetDBus

/// A service manager's end of a private socket that does exactly what a test says, on a thread of its own.
///
/// The socket's name is in the abstract namespace, so nothing is left on disk. Connections are served one after the
/// other, as the client opens them.
final class ScriptedPeer: Sendable {
    struct Call {
        let message: Message
        /// 1 for the first connection, 2 after a reconnect, …
        let connection: Int
        var member: String { dbus_message_get_member(message.raw).map { String(cString: $0) } ?? "" }
        var path: String { message.path ?? "" }
        /// The array of texts that the call begins with.
        var names: [String] {
            var reader = MessageReader(message, "a call")
            return (try? reader.strings()) ?? []
        }
        /// The texts that the call begins with.
        var arguments: [String] {
            var reader = MessageReader(message, "a call")
            var texts: [String] = []
            while let text = try? reader.string() { texts.append(text) }
            return texts
        }
    }

    enum Action {
        /// Method returns and errors get the call's number.
        case send(Message)
        /// The same for a call that came earlier.
        case reply(Message, to: Call)
        case bytes([UInt8])
        case close
    }

    private struct Ends {
        let listener: CInt
        let stop: CInt
        let authenticates: Bool
        let respond: @Sendable (Call) -> [Action]
        let log: Log
    }

    /// Members of the calls that arrived, in order.
    final class Log: Sendable {
        private let members = Mutex<[String]>([])
        func add(_ member: String) { members.withLock { $0.append(member) } }
        func count(of member: String) -> Int { members.withLock { $0.count { $0 == member } } }
        var counts: [String: Int] { members.withLock { Dictionary($0.map { ($0, 1) }, uniquingKeysWith: +) } }
    }

    let address: String
    let log = Log()
    private let stopper: CInt
    private let thread: pthread_t
    private static let counter = Atomic(0)

    init(authenticates: Bool = true, _ respond: @escaping @Sendable (Call) -> [Action]) {
        let number = Self.counter.add(1, ordering: .relaxed).newValue
        let name = "mosaic-peer-\(getpid())-\(number)"
        address = "unix:abstract=\(name)"
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var place = sockaddr_un()
        place.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &place.sun_path) { bytes in
            for (index, byte) in name.utf8.enumerated() { bytes[index + 1] = byte }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.utf8.count)
        withUnsafePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = bind(listener, $0, length) }
        }
        listen(listener, 16)
        var pipe: [CInt] = [0, 0]
        Glibc.pipe(&pipe)
        stopper = pipe[1]
        let ends = Ends(
            listener: listener, stop: pipe[0], authenticates: authenticates, respond: respond, log: log)
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(ends))
        pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                ScriptedPeer.serve(Unmanaged<Box>.fromOpaque(raw).takeRetainedValue().ends)
                return nil
            }, box.toOpaque())
        self.thread = thread
    }

    deinit {
        close(stopper)
        pthread_join(thread, nil)
    }

    private final class Box: Sendable {
        let ends: Ends
        init(_ ends: Ends) { self.ends = ends }
    }

    private static func serve(_ ends: Ends) {
        var number = 0
        while isReadable(ends.listener, ends) {
            let client = accept(ends.listener, nil, nil)
            guard client >= 0 else { break }
            number += 1
            converse(client, number, ends)
            close(client)
        }
        close(ends.listener)
        close(ends.stop)
    }

    /// False when the test is over.
    private static func isReadable(_ descriptor: CInt, _ ends: Ends) -> Bool {
        var wanted = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: ends.stop, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&wanted, 2, -1) < 0 && errno == EINTR {}
        return wanted[1].revents == 0
    }

    private static func converse(_ client: CInt, _ number: Int, _ ends: Ends) {
        var pending: [UInt8] = []
        func readMore() -> Bool {
            guard isReadable(client, ends) else { return false }
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = read(client, &buffer, buffer.count)
            guard count > 0 else { return false }
            pending += buffer[..<count]
            return true
        }
        // SASL, then binary messages
        while true {
            guard let end = pending.firstIndex(of: UInt8(ascii: "\n")) else {
                guard readMore() else { return }
                continue
            }
            let line = String(decoding: pending[..<end], as: UTF8.self)
            pending.removeSubrange(...end)
            guard ends.authenticates else { continue }
            if line.contains("BEGIN") { break }
            let answer =
                line.contains("AUTH") ? "OK 0123456789abcdef0123456789abcdef\r\n" : "ERROR\r\n"
            guard put(Array(answer.utf8), client) else { return }
        }
        var serial: UInt32 = 100
        while true {
            let needed = pending.withUnsafeBytes { bytes in
                bytes.count < 16
                    ? 0
                    : dbus_message_demarshal_bytes_needed(
                        bytes.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(bytes.count))
            }
            guard needed > 0, pending.count >= Int(needed) else {
                guard readMore() else { return }
                continue
            }
            let raw = pending.withUnsafeBytes {
                dbus_message_demarshal($0.baseAddress?.assumingMemoryBound(to: CChar.self), needed, nil)
            }
            pending.removeSubrange(..<Int(needed))
            guard let raw else { return }
            let call = Call(message: Message(adopting: raw), connection: number)
            ends.log.add(call.member)
            for action in ends.respond(call) {
                switch action {
                case .close: return
                case .bytes(let bytes): guard put(bytes, client) else { return }
                case .send(let message), .reply(let message, _):
                    serial += 1
                    if message.kind != DBUS_MESSAGE_TYPE_SIGNAL {
                        var call = raw
                        if case .reply(_, let earlier) = action { call = earlier.message.raw }
                        dbus_message_set_reply_serial(message.raw, dbus_message_get_serial(call))
                    }
                    dbus_message_set_serial(message.raw, serial)
                    guard put(marshalled(message), client) else { return }
                }
            }
        }
    }

    private static func marshalled(_ message: Message) -> [UInt8] {
        var bytes: UnsafeMutablePointer<CChar>?
        var count: CInt = 0
        guard dbus_message_marshal(message.raw, &bytes, &count) != 0, let bytes else { return [] }
        defer { dbus_free(bytes) }
        return UnsafeBufferPointer(start: bytes, count: Int(count)).map(UInt8.init(bitPattern:))
    }

    private static func put(_ bytes: [UInt8], _ client: CInt) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

extension ScriptedPeer.Call {
    /// What a manager with one healthy running unit answers; `unit` changes properties.
    func healthyAnswer(unit: [String: Value] = [:]) -> [ScriptedPeer.Action] {
        let all = healthyUnit.merging(healthyService) { $1 }.merging(unit) { $1 }
        switch member {
        case "GetAll": return [.send(.propertiesAnswer(healthyUnit.merging(unit) { $1 }))]
        case "Get":
            let property = arguments.last ?? ""
            if property == "Version" { return [.send(.variantAnswer(.string("252")))] }
            if property == "JobType" { return [.send(.variantAnswer(.string("start")))] }
            guard let value = all[property] else { return [.send(.error("a.b.NoSuchProperty", property))] }
            return [.send(.variantAnswer(value))]
        case "ListUnitsByNames": return [.send(.answer(.rows(names.map { ($0, all) })))]
        case "StartUnit", "StopUnit", "RestartUnit":
            return [.send(.answer(.path("/org/freedesktop/systemd1/job/7")))]
        default: return [.send(.answer())]
        }
    }
}

/// Writes down what happens, and refuses when told to.
final class Watcher: JobSupervisor {
    var events: [JobEvent] = []
    var sent: [UnitCommand] = []
    var onSend: (UnitCommand) throws(FleetError) -> Void = { _ in }
    var onEvent: (JobEvent) throws(FleetError) -> Void = { _ in }
    var commandDescriptor: CInt? { nil }

    func willSend(_ command: UnitCommand) throws(FleetError) {
        try onSend(command)
        sent.append(command)
    }

    func handle(_ event: JobEvent) throws(FleetError) {
        events.append(event)
        try onEvent(event)
    }
}
