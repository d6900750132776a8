internal import ArgumentParser
internal import FleetGuard
internal import FleetKit
internal import HostsKit

/// `hosts slots`: which hosts may be down, and by whose doing. Asks no host.
struct HostsSlotsCommand: HostsModule {
    static let configuration = CommandConfiguration(
        commandName: "slots", abstract: "Show the slots in use: which host, since when, by whom and why.",
        usage: "mosaic fleet hosts slots [--agree N] [--json]",
        discussion: "Example: mosaic fleet hosts slots\n\nExit status: 0 no slot is held, 3 a slot is held.")

    @Option(
        help: ArgumentHelp(
            "Change the number of hosts that may be down at once, for all stations; with [etcd] only.", valueName: "n"))
    var agree: Int?

    @Flag(help: ArgumentHelp("Print the names in hosts.toml, one a line.", visibility: .hidden)) var names = false

    @OptionGroup(title: "Common options") var common: HostsOptions

    var onlyAnswers: Bool { agree == nil }

    mutating func validate() throws {
        if let agree, !(1...HostsFile.atOnceLimit).contains(agree) {
            throw ValidationError("--agree must be from 1 to \(HostsFile.atOnceLimit)")
        }
    }

    struct Row: Encodable {
        var slot: Slot
        var isStationAlive: Bool
        /// Of etcd; absent for a file.
        var revision: Int64?
        var next: String
    }

    struct Document: Encodable {
        let schemaVersion = 1
        /// How many hosts may be down at once: with etcd what the stations have agreed on.
        var atOnce: Int
        /// `files` or `etcd`.
        var store: String
        var slots: [Row]
    }

    func run(in context: HostsContext) throws(FleetError) -> ExitStatus {
        let file = try context.file()
        if names {
            context.output.data(file.hosts.map(\.name.rawValue).joined(separator: "\n"))
            return .done
        }
        let store = try context.store(file, station: context.freshID())
        if let agree { try store.agree(on: agree) }
        let rows = try store.slots().map {
            Row(
                slot: $0.slot, isStationAlive: $0.isStationAlive, revision: file.etcd == nil ? nil : $0.revision,
                next: Self.next($0))
        }
        let atOnce = try store.agreed() ?? file.atOnce
        if common.json {
            try context.output.json(
                Document(atOnce: atOnce, store: file.etcd == nil ? "files" : "etcd", slots: rows))
        } else if rows.isEmpty {
            context.output.data(
                "no slot is held; \(min(atOnce, file.hosts.count)) of \(file.hosts.count) hosts may be down at once")
        } else {
            context.output.data(Self.table(rows, hasRevisions: file.etcd != nil))
        }
        return rows.isEmpty ? .done : .attention
    }

    private static func table(_ rows: [Row], hasRevisions: Bool) -> String {
        let head =
            ["HOST", "SINCE", "BY", "STATION"] + (hasRevisions ? ["REVISION"] : []) + ["REASON", "NEXT ROLLOUT"]
        return HostsOutput.table(
            [head]
                + rows.map { row in
                    [
                        Printable.oneLine(row.slot.host), Printable.oneLine(row.slot.since, limit: 30),
                        Printable.oneLine(row.slot.author, limit: 80), row.isStationAlive ? "alive" : "gone",
                    ] + (hasRevisions ? ["\(row.revision ?? 0)"] : []) + [
                        Printable.oneLine(row.slot.reason ?? "-", limit: 60), row.next,
                    ]
                })
    }

    private static func next(_ stored: StoredSlot) -> String {
        stored.isStationAlive ? "waits for it" : "asks the host; frees the slot once it is healthy"
    }
}

/// `hosts break`: an operator's word that a host need not count as down any more.
struct HostsBreakCommand: HostsModule {
    static let configuration = CommandConfiguration(
        commandName: "break", abstract: "Free a host's slot by hand.",
        usage: "mosaic fleet hosts break HOST [--revision N] [--force]",
        discussion: """
            Example: mosaic fleet hosts break alpha

            Use this only if the host is gone for good, or you have seen that it is healthy: for a host that answers, the \
            next rollout frees the slot. Exit status: 4 no such slot, 75 its rollout is alive.
            """)

    @Argument(help: ArgumentHelp("The host, as 'hosts slots' shows it.", valueName: "host"), completion: .hosts)
    var name: String

    @Option(
        help: ArgumentHelp(
            "Free the slot only if its revision in etcd is still N.", valueName: "n"))
    var revision: Int64?

    @Flag(help: "Free the slot even if the rollout that holds it is alive or the host is busy.") var force = false

    @OptionGroup(title: "Common options") var common: HostsOptions

    var onlyAnswers: Bool { false }

    func run(in context: HostsContext) throws(FleetError) -> ExitStatus {
        let file = try context.file()
        if revision != nil, file.etcd == nil {
            throw FleetError(
                .usage, "--revision is for slots in etcd: slots in files have none",
                hint: "leave --revision out, or put [etcd] into hosts.toml")
        }
        let store = try context.store(file, station: context.freshID())
        // Stations may call two hosts the same.
        let named = try store.slots().filter { $0.slot.host.isExactly(name) }
        guard let stored = named.first(where: { $0.revision == revision }) ?? named.first else {
            let known = file.hosts.map(\.name.rawValue)
            let near = known.containsExactly(name) ? [] : Suggestion.near(name, in: known)
            throw FleetError(
                .noSuchUnit, "no slot is held for '\(Printable.oneLine(name))'",
                hint: near.isEmpty
                    ? "see 'mosaic fleet hosts slots'" : "did you mean \(near.joined(separator: " or "))?")
        }
        guard named.count == 1 || revision != nil else {
            throw FleetError(
                .busy, "\(named.count) hosts are called '\(Printable.oneLine(name))' by their stations",
                hint: "choose one with --revision, as 'mosaic fleet hosts slots' shows it")
        }
        guard revision == nil || revision == stored.revision else {
            throw FleetError(
                .busy,
                "the slot of '\(Printable.oneLine(name))' has changed: its revision is \(stored.revision)",
                hint: "see 'mosaic fleet hosts slots'")
        }
        guard !stored.isStationAlive || force else {
            throw FleetError(
                .busy,
                "the rollout that holds the slot is alive: \(Printable.oneLine(stored.slot.author)), since "
                    + Printable.oneLine(stored.slot.since, limit: 30),
                hint: "wait for it, or end it with Ctrl-C; --force frees the slot anyway")
        }
        if !force { try refuseIfBusy(stored.slot, file, context) }
        guard try store.breakSlot(stored.slot) == .done else {
            throw FleetError(
                .busy, "the slot of '\(Printable.oneLine(name))' changed in the meantime",
                hint: "see 'mosaic fleet hosts slots'")
        }
        context.output.data("the slot of \(Printable.oneLine(name)) is free")
        return .done
    }

    /// A host that answers may be in the middle of the restart that the slot is for, or wait with it for idle agents, though
    /// the station is gone. An operation that it does not know is void from now on.
    private func refuseIfBusy(_ slot: Slot, _ file: HostsFile, _ context: HostsContext) throws(FleetError) {
        guard let host = try find(slot, file, context), let id = HostOperationID(slot.operation),
            let reply = try context.ask(
                [host], HostRequest(.settle, id: id, author: context.author), patience: Self.patience,
                over: context.link(connectTimeout: .seconds(10))
            ).first
        else { return }
        let name = reply.host.name
        guard reply.state != .running, let health = reply.health, health.isLockFree || health.lock == "abandoned" else {
            let why =
                reply.state != .running && reply.health == nil
                ? "cannot tell whether what the slot is for is still under way there"
                    + (reply.problem.map { " (\($0))" } ?? "")
                : "what the slot is for is still under way there, or another restart is"
            throw FleetError(
                .busy, "\(name) answers, and \(why); the slot stays",
                hint: "wait: the next rollout frees the slot once the fleet is healthy; --force frees it anyway")
        }
        if !health.isHealthy {
            context.output.note("\(name) answers, and is unhealthy: \(Printable.oneLine(health.summary))")
        }
    }

    /// As long as a rollout waits for a host's word.
    private static let patience = Duration.seconds(15)

    /// The slot's host, by its identity: another station may call it otherwise.
    private func find(
        _ slot: Slot, _ file: HostsFile, _ context: HostsContext
    ) throws(FleetError) -> HostsFile.Host? {
        let named = file.hosts.filter { $0.name.rawValue.isExactly(slot.host) }
        for hosts in [named, file.hosts.filter { !named.contains($0) }] where !hosts.isEmpty {
            let replies = try context.ask(
                hosts, [], patience: Self.patience, over: context.link(connectTimeout: .seconds(10)))
            if let reply = replies.first(where: { $0.identity?.isExactly(slot.identity) ?? false }) {
                return reply.host
            }
        }
        return nil
    }
}
