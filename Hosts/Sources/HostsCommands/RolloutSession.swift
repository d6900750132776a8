internal import FleetGuard
internal import FleetKit
internal import HostsKit

/// One rollout from the first question to the last word.
struct RolloutSession {
    let context: HostsContext
    let staged: [(host: HostsFile.Host, stage: Int)]
    let limit: Int
    /// Of each host.
    let command: [String]
    let reason: String?
    /// `restart`, `run`: in messages.
    let verb: String

    /// - Parameter preview: what each host is asked beforehand; its refusal keeps everything from being touched.
    func run(preview: [String]?, isDry: Bool) throws(FleetError) -> ExitStatus {
        let link = try context.link(keepsConnections: true, connectTimeout: .seconds(10))
        defer { link.closeConnections() }
        // Also those that are not chosen: a slot that an earlier rollout left may be theirs.
        let file = try context.file()
        let replies = try context.ask(
            staged.map(\.host), preview.map { [$0] } ?? [], patience: .seconds(12), over: link)
        let targets = try examine(replies)
        if isDry {
            for reply in replies { show(reply) }
            return .done
        }
        var hosts: [String: HostsFile.Host] = [:]
        for reply in replies {
            if let identity = reply.identity, hosts[identity] == nil { hosts[identity] = reply.host }
        }
        var generations: [String: Int] = [:]
        for reply in replies { if let identity = reply.identity { generations[identity] = reply.hello?.generation } }
        let station = try context.freshID()
        let store = try context.store(file, station: station)
        let others = Set(try store.slots().map(\.slot.identity)).subtracting(hosts.keys)
        if !others.isEmpty {
            let rest = file.hosts.filter { host in !staged.contains { $0.host.name == host.name } }
            for reply in try context.ask(rest, [], patience: .seconds(12), over: link) {
                if let identity = reply.identity, hosts[identity] == nil { hosts[identity] = reply.host }
            }
        }
        let agreed = try store.announce(atOnce: file.atOnce)
        defer { store.withdraw() }
        if agreed < file.atOnce {
            context.output.note(
                "the stations have agreed on at_once = \(agreed), less than in hosts.toml; that limit applies")
        }
        let rollout = Rollout(
            targets, station: Rollout.Station(id: station, author: context.author, reason: reason),
            settings: Rollout.Settings(atOnce: min(limit, agreed)))
        let view = RolloutView(context.output, verb: verb, clock: context.clock)
        let runner = RolloutRunner(
            rollout, link: link, store: store, hosts: hosts, command: command, generations: generations,
            clock: context.clock,
            time: { SystemTime().wallClock() })
        runner.said = { host, text in view.said(host, text) }
        let end = runner.run(isInterrupted: { context.signals.caught != nil }, look: view.look)
        return try RolloutReport(end, healths: runner.healths, signals: context.signals, command: command).conclude(
            context.output)
    }

    /// Everything that speaks against it, of all hosts at once; nothing was touched.
    private func examine(_ replies: [HostReply]) throws(FleetError) -> [Rollout.Target] {
        var problems: [String] = []
        var seen: [String: String] = [:]
        var targets: [Rollout.Target] = []
        for (reply, staged) in zip(replies, staged) {
            let name = reply.host.name.rawValue
            if let problem = Self.problem(reply) {
                problems.append("\(name): \(problem)")
            } else if let identity = reply.identity {
                if let other = seen[identity] {
                    context.output.note("\(name) is the same host as \(other), and is restarted once")
                } else {
                    seen[identity] = name
                    targets.append(Rollout.Target(host: name, identity: identity, stage: staged.stage))
                }
            }
        }
        guard problems.isEmpty else {
            let shown = problems.prefix(5).joined(separator: "; ")
            throw FleetError(
                .noServiceManager,
                "\(problems.count) of \(replies.count) hosts cannot be used, and nothing was touched: \(shown)"
                    + (problems.count > 5 ? "; and \(problems.count - 5) more" : ""),
                hint: "fix them, or name the other hosts on the command line")
        }
        return targets
    }

    private static func problem(_ reply: HostReply) -> String? {
        if let problem = reply.problem { return problem }
        guard reply.identity != nil else { return "it does not say which host it is" }
        if reply.hello?.lingers == false {
            let user = Printable.oneLine(reply.hello?.user ?? "", limit: 32)
            return "no linger: the fleet ends with the last login session; run 'loginctl enable-linger \(user)' there"
        }
        for document in reply.documents where document.status != 0 {
            let lines = (document.errors ?? "").parts(at: "\n") + (document.text ?? "").parts(at: "\n")
            let words = lines.first.map { Printable.oneLine(String($0), limit: 160) } ?? ""
            return "its dry run ended with exit status \(document.status ?? -1)" + (words.isEmpty ? "" : ": \(words)")
        }
        return nil
    }

    private func show(_ reply: HostReply) {
        for document in reply.documents { context.output.data(HostText.block(reply.host, document.text ?? "")) }
    }
}

/// A host's text, made safe line by line, under its name.
enum HostText {
    static func block(_ host: HostsFile.Host, _ text: String) -> String {
        "== \(host.name) ==\n"
            + text.parts(at: "\n", keepingEmpty: true).map { Printable.oneLine(String($0), limit: 2000) }
            .joined(separator: "\n")
    }
}
