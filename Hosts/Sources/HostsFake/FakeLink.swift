internal import FleetGuard
public import FleetKit
public import HostsKit

/// Hosts that answer as they are told, after as long as they are told, by a clock of the test's own.
public final class FakeLink: HostLink {
    public struct Machine {
        public var identity: String
        public var latency: Duration
        public var lingers = true
        /// It takes the connection and never says a word.
        public var isSilent = false
        /// Instead of an answer.
        public var words: [UInt8]?
        /// Of each restart, in turn; the last one counts for all that follow.
        public var exits: [Int32] = [0]
        public var takes: Duration = .milliseconds(100)
        public var isHealthy = true
        /// Agents of which it is unknown whether they are outdated.
        public var unknown = 0
        /// What a `begin` has to name.
        public var generation = 0
        /// So many connections end in the middle of the answer.
        public var cuts = 0
        public fileprivate(set) var operations: [String: Operation] = [:]
        /// What was begun, in the order of the beginnings.
        public fileprivate(set) var begun: [[String]] = []

        public init(identity: String, latency: Duration = .milliseconds(15)) {
            self.identity = identity
            self.latency = latency
        }

        /// From when to when, and how it ends; nil: void.
        public struct Operation {
            public var span: Range<Duration>?
            public var status: Int32
        }
    }

    /// By address.
    public var machines: [String: Machine] = [:]
    private let clock: any OperationClock
    private var queue: [(due: Duration, event: LinkEvent)] = []
    private var open: Set<Int> = []
    private var made = 0

    public init(clock: any OperationClock) { self.clock = clock }

    /// How many machines are between the beginning and the end of a restart.
    public var down: Int {
        machines.values.count { machine in
            machine.operations.values.contains { $0.span?.contains(clock.now()) ?? false }
        }
    }

    public func open(_ host: HostsFile.Host, _ request: HostRequest, patience: Duration) -> Int {
        made += 1
        open.insert(made)
        guard var machine = machines[host.address], !machine.isSilent else {
            post(made, .lost("it does not answer"), after: patience)
            return made
        }
        if let words = machine.words {
            var reader = AnswerReader()
            for frame in reader.add(words) { post(made, .frame(frame), after: machine.latency) }
            post(made, .lost(reader.problem ?? "it does not answer as mosaic does"), after: machine.latency)
            return made
        }
        answer(request, &machine, made)
        machines[host.address] = machine
        return made
    }

    private func answer(_ request: HostRequest, _ machine: inout Machine, _ call: Int) {
        let now = clock.now()
        var hello = HostFrame(.hello)
        hello.protocol = HostRequest.protocolVersion
        hello.version = "0.1.0"
        hello.identity = machine.identity
        hello.lingers = machine.lingers
        hello.generation = machine.generation
        post(call, .frame(hello), after: machine.latency)
        switch request.action {
        case .ask:
            for (index, words) in request.commands.enumerated() {
                var frame = HostFrame(.document)
                frame.index = index
                frame.status = 0
                frame.text = words.joined(separator: " ")
                post(call, .frame(frame), after: machine.latency)
            }
            if request.commands.isEmpty { post(call, .frame(health(machine)), after: machine.latency) }
        case .begin:
            guard request.generation ?? 0 == machine.generation else {
                var frame = HostFrame(.refused)
                frame.message = "the request is older than this host's record of operations"
                post(call, .frame(frame), after: machine.latency)
                return post(call, .complete, after: machine.latency)
            }
            if machine.operations[request.id] == nil {
                let status = machine.exits.count > 1 ? machine.exits.removeFirst() : machine.exits.first ?? 0
                machine.operations[request.id] = .init(span: now..<(now + machine.takes), status: status)
                machine.begun.append(request.commands.first ?? [])
                if machine.cuts > 0 {
                    machine.cuts -= 1
                    return post(call, .lost("the connection ended"), after: machine.latency)
                }
                post(call, .frame(HostFrame(.accepted)), after: machine.latency)
            }
            end(call, request.id, machine)
            return
        case .follow:
            end(call, request.id, machine)
            return
        case .settle:
            if machine.operations[request.id] == nil { machine.operations[request.id] = .init(span: nil, status: 0) }
            post(call, .frame(state(request.id, machine, at: now)), after: machine.latency)
            post(call, .frame(health(machine)), after: machine.latency)
        }
        post(call, .complete, after: machine.latency)
    }

    private func end(_ call: Int, _ id: String, _ machine: Machine) {
        let now = clock.now()
        let rest = max(.zero, (machine.operations[id]?.span?.upperBound ?? now) - now) + machine.latency
        post(call, .frame(state(id, machine, at: now + rest)), after: rest)
        post(call, .complete, after: rest)
    }

    private func state(_ id: String, _ machine: Machine, at time: Duration) -> HostFrame {
        var frame = HostFrame(.state)
        guard let operation = machine.operations[id] else {
            frame.state = .unknown
            return frame
        }
        guard let span = operation.span else {
            frame.state = .void
            return frame
        }
        frame.state = span.contains(time) ? .running : .ended
        if frame.state == .ended { frame.status = operation.status }
        return frame
    }

    private func health(_ machine: Machine) -> HostFrame {
        let isRunning = machine.operations.values.contains { $0.span?.contains(clock.now()) ?? false }
        let failed = machine.operations.values.contains { $0.span != nil && $0.status == 1 } && !machine.isHealthy
        var frame = HostFrame(.health)
        frame.health = HostHealth(
            lock: isRunning ? "held" : "free", active: 1, total: 1, outdated: 0, unknown: machine.unknown,
            summary: "1 active",
            isHealthy: machine.isHealthy && !failed, troubles: machine.isHealthy ? [] : ["a1: failed"])
        return frame
    }

    private func post(_ call: Int, _ what: LinkEvent.What, after delay: Duration) {
        queue.append((clock.now() + delay, LinkEvent(call, what)))
    }

    public func close(_ call: Int) { open.remove(call) }

    public func wait(atMost limit: Duration) -> [LinkEvent] {
        let now = clock.now()
        let next = queue.map { $0.due - now }.min() ?? limit
        clock.sleep(for: max(.zero, min(limit, next)))
        let time = clock.now()
        let due = queue.enumerated().filter { $0.element.due <= time }.sorted {
            ($0.element.due, $0.offset) < ($1.element.due, $1.offset)
        }
        queue.removeAll { $0.due <= time }
        return due.map(\.element.event).filter { open.contains($0.call) }
    }

    public func terminalCommand(_ host: HostsFile.Host, _ words: [String]) -> [String]? { nil }
}
