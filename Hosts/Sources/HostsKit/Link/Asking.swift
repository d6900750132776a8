internal import FleetGuard
public import FleetKit

/// What one host answered to a question.
public struct HostReply: Sendable {
    public var host: HostsFile.Host
    public var hello: HostFrame?
    public var health: HostHealth?
    /// Of the operation that was asked about.
    public var state: HostOperationState?
    /// In the order of the commands.
    public var documents: [HostFrame] = []
    /// Why there is no answer, or no whole one; in words, safe for a terminal.
    public var problem: String?
    /// From the question to the last of the answer.
    public var took: Duration = .zero

    public init(_ host: HostsFile.Host) { self.host = host }

    /// Fit for a file's name; nil where the host has not said one.
    public var identity: String? { hello?.identity.flatMap { HostIdentity.isOne($0) ? $0 : nil } }
}

/// One question to many hosts, side by side.
public struct Asking {
    /// Connections that come up at once; a jump host drops some of many (`MaxStartups`).
    private static let abreast = 64

    private let link: any HostLink
    private let clock: any OperationClock

    public init(link: any HostLink, clock: any OperationClock = SystemClock()) {
        self.link = link
        self.clock = clock
    }

    /// - Parameter patience: for each host's hello.
    /// - Returns: in the order of the hosts.
    public func ask(
        _ hosts: [HostsFile.Host], _ request: HostRequest, patience: Duration, isInterrupted: () -> Bool
    ) -> [HostReply] {
        var replies = hosts.map(HostReply.init)
        var waiting = Array(hosts.indices)[...]
        var open: [Int: (index: Int, since: Duration)] = [:]
        while !waiting.isEmpty || !open.isEmpty, !isInterrupted() {
            while open.count < Self.abreast, let index = waiting.popFirst() {
                open[link.open(hosts[index], request, patience: patience)] = (index, clock.now())
            }
            for event in link.wait(atMost: .milliseconds(200)) {
                guard let (index, since) = open[event.call] else { continue }
                switch event.what {
                case .frame(let frame): Self.note(frame, &replies[index])
                case .lost(let why): replies[index].problem = replies[index].problem ?? why
                case .complete: break
                }
                if case .frame = event.what { continue }
                replies[index].took = clock.now() - since
                open[event.call] = nil
            }
        }
        for call in open.keys { link.close(call) }
        for index in hosts.indices where replies[index].hello == nil && replies[index].problem == nil {
            replies[index].problem = "it was not asked to the end"
        }
        return replies
    }

    private static func note(_ frame: HostFrame, _ reply: inout HostReply) {
        switch frame.kind {
        case .hello: reply.hello = frame
        case .health: reply.health = frame.health
        case .document: reply.documents.append(frame)
        case .refused:
            let hint = frame.hint.map { "; \(Printable.oneLine($0))" } ?? ""
            reply.problem = Printable.oneLine(frame.message ?? "it refused") + hint
        case .state: reply.state = frame.state
        case .accepted, .progress, .bye: break
        }
    }
}
