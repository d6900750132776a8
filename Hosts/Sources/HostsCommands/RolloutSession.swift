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
    /// The words after `mosaic fleet hosts` that continue with these hosts; empty where nothing is left, or too much.
    let rest: ([String]) -> [String]

    /// - Parameter preview: what each host is asked beforehand; its refusal keeps everything from being touched.
    func run(preview: [String]?, isDry: Bool) throws(FleetError) -> ExitStatus {
        let link = try context.link(keepsConnections: true, connectTimeout: .seconds(10))
        defer { link.closeConnections() }
        // Also those that are not chosen: a slot that an earlier rollout left may be theirs.
        let file = try context.file()
        context.output.draw(["asking \(staged.count) \(staged.count == 1 ? "host" : "hosts") …"])
        let replies = try context.ask(
            staged.map(\.host), preview.map { [$0] } ?? [], patience: .seconds(12), over: link)
        let targets = try examine(replies)
        if isDry { return try RelayedAnswers(replies: replies).show(context.output) }
        var hosts: [String: HostsFile.Host] = [:]
        for reply in replies {
            if let identity = reply.identity, hosts[identity] == nil { hosts[identity] = reply.host }
        }
        var generations: [String: Int] = [:]
        for reply in replies { if let identity = reply.identity { generations[identity] = reply.hello?.generation } }
        let station = try context.freshID()
        let store = try context.store(file, station: station)
        var silent: [String: String] = [:]
        let others = Set(try store.slots().map(\.slot.identity)).subtracting(hosts.keys)
        if !others.isEmpty {
            let rest = file.hosts.filter { host in !staged.contains { $0.host.name == host.name } }
            for reply in try context.ask(rest, [], patience: .seconds(12), over: link) {
                if let identity = reply.identity {
                    if hosts[identity] == nil { hosts[identity] = reply.host }
                } else {
                    silent[reply.host.name.rawValue] = reply.problem
                }
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
            silent: silent, clock: context.clock, time: { SystemTime().wallClock() })
        runner.said = { host, text in view.said(host, text) }
        let end = runner.run(isInterrupted: { context.signals.caught != nil }, look: view.look)
        return try RolloutReport(end, runner, command: command, context: context, rest: rest).conclude()
    }

    /// Everything that speaks against it, of all hosts at once; nothing was touched.
    private func examine(_ replies: [HostReply]) throws(FleetError) -> [Rollout.Target] {
        var problems: [Problem] = []
        var seen: [String: String] = [:]
        var targets: [Rollout.Target] = []
        for (reply, staged) in zip(replies, staged) {
            let name = reply.host.name.rawValue
            if let problem = Self.problem(reply) {
                problems.append(problem)
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
            let shown =
                problems.prefix(5).map { "\($0.host): \($0.why)" }.joined(separator: "; ")
                + (problems.count > 5 ? "; and \(problems.count - 5) more" : "")
            guard problems.contains(where: { !$0.isUsage }) else {
                let why = problems.first?.why ?? ""
                let isTheSame = problems.allSatisfy { $0.why.isExactly(why) }
                throw FleetError(
                    .usage, "the hosts refuse the command line, and nothing was touched: \(isTheSame ? why : shown)",
                    hint: "see 'mosaic fleet hosts restart --help'")
            }
            throw FleetError(
                .noServiceManager,
                "\(problems.count) of \(replies.count) \(replies.count == 1 ? "host" : "hosts") cannot be used, and nothing"
                    + " was touched: \(shown)",
                hint: replies.count == 1 ? "fix it first" : "fix them, or name the other hosts on the command line")
        }
        return targets
    }

    private struct Problem {
        let host: String
        let why: String
        /// The host reads the command line otherwise than it is meant.
        var isUsage = false
    }

    private static func problem(_ reply: HostReply) -> Problem? {
        let host = reply.host.name.rawValue
        if let problem = reply.problem { return Problem(host: host, why: problem) }
        guard reply.identity != nil else { return Problem(host: host, why: "it does not say which host it is") }
        if reply.hello?.lingers == false {
            let user = Printable.oneLine(reply.hello?.user ?? "", limit: 32)
            return Problem(
                host: host,
                why: "no linger: the fleet ends with the last login session; run 'loginctl enable-linger \(user)' there"
            )
        }
        return reply.documents.first { $0.status != 0 }.map { document in
            let isUsage = document.status == ExitStatus.usage.rawValue
            let words = document.complaint.message
            let why = isUsage ? words : "its dry run ended with exit status \(document.status ?? -1): \(words)"
            return Problem(host: host, why: why, isUsage: isUsage)
        }
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
