internal import FleetGuard
public import FleetKit

/// Carries out what a `Rollout` asks for: the store at once, hosts through the link, waits by the clock.
public final class RolloutRunner {
    private var rollout: Rollout
    private let link: any HostLink
    private let store: any SlotStore
    private let hosts: [String: HostsFile.Host]
    private let command: [String]
    private let generations: [String: Int]
    private let silent: [String: String]
    private let clock: any OperationClock
    private let time: () -> Double
    /// By call.
    private var calls: [Int: Call] = [:]
    private var waits: [(until: Duration, wait: Rollout.Wait)] = []
    /// By identity.
    public private(set) var progress: [String: Progress] = [:]
    /// By identity, how each host's fleet was when it was last asked.
    public private(set) var healths: [String: HostHealth] = [:]
    /// Called with each line that a host's operation prints.
    public var said: (_ host: String, _ text: String) -> Void = { _, _ in }

    private struct Call {
        var slot: Slot
        var isProof = false
        var state: (HostOperationState, Int32?)?
        var isAnswered = false
    }

    /// The last that a host said of its own restart.
    public struct Progress: Sendable, Equatable {
        public var text = ""
        public var done: Int?
        public var total: Int?
        /// The last lines that its operation printed.
        public var words: [String] = []
        /// Why the connection was lost, until the host answers again.
        public var loss: String?
    }

    /// - Parameters:
    ///   - hosts: by identity; one of the names where there are several.
    ///   - command: of each host: `restart` with its options.
    ///   - generations: by identity, what the hosts' hellos said before this rollout made its first slot. Never renewed: an id
    ///     must not be begun with a generation from after its first use.
    ///   - silent: by this station's names, why it is not known which hosts these are.
    public init(
        _ rollout: Rollout, link: any HostLink, store: any SlotStore, hosts: [String: HostsFile.Host],
        command: [String], generations: [String: Int] = [:], silent: [String: String] = [:],
        clock: any OperationClock = SystemClock(), time: @escaping () -> Double
    ) {
        self.rollout = rollout
        self.link = link
        self.store = store
        self.hosts = hosts
        self.command = command
        self.generations = generations
        self.silent = silent
        self.clock = clock
        self.time = time
    }

    /// - Parameters:
    ///   - isInterrupted: asked between events.
    ///   - look: called when something changed, and at least every 100 ms.
    public func run(
        isInterrupted: () -> Bool, look: (Rollout, [String: Progress]) -> Void
    ) -> Rollout {
        carryOut(rollout.begin())
        var isTold = false
        look(rollout, progress)
        while !rollout.isFinished {
            if !isTold, isInterrupted() {
                isTold = true
                handle(.interrupt)
            }
            // Nothing more can come: say so instead of waiting for ever.
            guard !rollout.isFinished else { break }
            let now = clock.now()
            let next = waits.map { $0.until - now }.min() ?? .milliseconds(100)
            for event in link.wait(atMost: max(.zero, min(next, .milliseconds(100)))) { receive(event) }
            let due = waits.filter { $0.until <= clock.now() }
            waits.removeAll { $0.until <= clock.now() }
            for wait in due { handle(.waited(wait.wait)) }
            look(rollout, progress)
        }
        for call in calls.keys { link.close(call) }
        return rollout
    }

    private func handle(_ event: Rollout.Event) {
        carryOut(rollout.handle(event, time: Timestamp.rfc3339(time())))
    }

    private func carryOut(_ effects: [Rollout.Effect]) {
        for effect in effects { carryOut(effect) }
    }

    private func carryOut(_ effect: Rollout.Effect) {
        switch effect {
        case .look: inStore { () throws(FleetError) in .looked(try store.slots()) }
        case .take(let slot, let limit):
            inStore { () throws(FleetError) in .took(slot, try store.take(slot, limit: limit)) }
        case .giveBack(let slot, let evidence):
            inStore { () throws(FleetError) in .gaveBack(slot, evidence, try store.giveBack(slot, evidence)) }
        case .begin(let slot): begin(slot)
        case .follow(let slot): ask(.follow, slot)
        case .prove(let slot): ask(.settle, slot, isProof: true)
        case .wait(let wait, let tries): waits.append((clock.now() + Self.pause(wait, tries), wait))
        }
    }

    private func inStore(_ body: () throws(FleetError) -> Rollout.Event) {
        do throws(FleetError) { handle(try body()) } catch {
            handle(.storeFailed(error.code, "\(error.message); \(error.hint)"))
        }
    }

    /// A station that others may take for dead asks no host to begin: what becomes of the slot is then the host's word.
    private func begin(_ slot: Slot) {
        do throws(FleetError) { try store.confirm() } catch {
            handle(.storeFailed(error.code, "\(error.message); \(error.hint)"))
            return handle(.lost(slot, "it was not asked"))
        }
        ask(.begin, slot, [command])
    }

    private static func pause(_ wait: Rollout.Wait, _ tries: Int) -> Duration {
        switch wait {
        case .host: .seconds(min(10, 1 << min(4, max(0, tries - 1))))
        case .proof, .taking, .returning: .seconds(1)
        case .busy: .seconds(min(60, 5 * tries))
        case .slots: .seconds(5)
        }
    }

    private func ask(
        _ action: HostRequest.Action, _ slot: Slot, _ commands: [[String]] = [], isProof: Bool = false
    ) {
        guard let host = hosts[slot.identity], let id = HostOperationID(slot.operation) else {
            return handle(
                .lost(
                    slot, silent[slot.host] ?? "no host of this hosts.toml has answered with the identity of this slot")
            )
        }
        let request = HostRequest(
            action, id: id, commands: commands, author: rollout.station.author,
            generation: action == .begin ? generations[slot.identity] : nil)
        calls[link.open(host, request, patience: .seconds(15))] = Call(slot: slot, isProof: isProof)
    }

    private func receive(_ event: LinkEvent) {
        guard var call = calls[event.call] else { return }
        let slot = call.slot
        switch event.what {
        case .frame(let frame):
            switch frame.kind {
            case .hello:
                // Another machine may answer to the name by now.
                guard frame.identity.map({ $0.isExactly(slot.identity) }) ?? false else {
                    calls[event.call] = nil
                    link.close(event.call)
                    return handle(.lost(slot, "another host answers to this name now"))
                }
                progress[slot.identity]?.loss = nil
            case .accepted: handle(.accepted(slot))
            case .progress: note(frame, slot)
            case .state:
                call.state = (frame.state ?? .unknown, frame.status)
                calls[event.call] = call
            case .health:
                guard call.isProof, let state = call.state?.0, let health = frame.health else { return }
                call.isAnswered = true
                calls[event.call] = call
                healths[slot.identity] = health
                handle(.proof(slot, state, health))
            case .refused:
                call.isAnswered = true
                calls[event.call] = call
                handle(
                    .refused(
                        slot,
                        "\(Printable.oneLine(frame.message ?? "it refused")); "
                            + Printable.oneLine(frame.hint ?? "")))
            case .document, .bye: break
            }
        case .complete:
            calls[event.call] = nil
            guard !call.isAnswered else { return }
            if !call.isProof, let (state, status) = call.state { return handle(.state(slot, state, status)) }
            handle(.lost(slot, "its answer says nothing"))
        case .lost(let why):
            calls[event.call] = nil
            guard !call.isAnswered else { return }
            progress[slot.identity, default: Progress()].loss = why
            handle(.lost(slot, why))
        }
    }

    private func note(_ frame: HostFrame, _ slot: Slot) {
        guard let text = frame.text else { return }
        let safe = Printable.oneLine(text, limit: 400)
        var progress = self.progress[slot.identity] ?? Progress()
        if frame.done == nil, frame.total == nil, !text.begins(with: "phase ") {
            said(slot.host, safe)
            progress.words = (progress.words + [safe]).suffix(Self.wordLimit)
        }
        progress.text = Printable.oneLine(text, limit: 120)
        progress.done = frame.done
        progress.total = frame.total
        self.progress[slot.identity] = progress
    }

    /// Lines of an operation that are kept: enough for a failure, its reason and its hint.
    private static let wordLimit = 6
}
