internal import ArgumentParser
internal import FleetGuard
internal import FleetKit
internal import HostsKit

/// `hosts slots`: which hosts may be down, and by whose doing. Asks no host.
struct HostsSlotsCommand: HostsModule {
    static let configuration = CommandConfiguration(
        commandName: "slots", abstract: "Show which hosts may be down, since when and why.",
        usage: "mosaic fleet hosts slots [--json]",
        discussion: "Example: mosaic fleet hosts slots\n\nExit status: 0 no slot is held, 3 some are.")

    @Flag(help: ArgumentHelp("Print the names in hosts.toml, one a line.", visibility: .hidden)) var names = false

    @OptionGroup(title: "Common options") var common: HostsOptions

    struct Row: Encodable {
        var slot: Slot
        var isStationAlive: Bool
        var next: String
    }

    struct Document: Encodable {
        let schemaVersion = 1
        var atOnce: Int
        var slots: [Row]
    }

    func run(in context: HostsContext) throws(FleetError) -> ExitStatus {
        let file = try context.file()
        if names {
            context.output.data(file.hosts.map(\.name.rawValue).joined(separator: "\n"))
            return .done
        }
        let store = FileSlotStore(home: context.home, station: try context.freshID().rawValue)
        let rows = try store.slots().map { Row(slot: $0.slot, isStationAlive: $0.isStationAlive, next: Self.next($0)) }
        if common.json {
            try context.output.json(Document(atOnce: file.atOnce, slots: rows))
        } else if rows.isEmpty {
            context.output.data("no slot is held; \(file.atOnce) of \(file.hosts.count) hosts may be down at once")
        } else {
            context.output.data(
                HostsOutput.table(
                    [["HOST", "SINCE", "BY", "STATION", "REASON", "A ROLLOUT WOULD"]]
                        + rows.map { row in
                            [
                                Printable.oneLine(row.slot.host), Printable.oneLine(row.slot.since, limit: 30),
                                Printable.oneLine(row.slot.author, limit: 60), row.isStationAlive ? "alive" : "gone",
                                Printable.oneLine(row.slot.reason ?? "-", limit: 60), row.next,
                            ]
                        }))
        }
        return rows.isEmpty ? .done : .attention
    }

    private static func next(_ stored: StoredSlot) -> String {
        stored.isStationAlive ? "wait for it" : "ask the host, and give it back if its fleet is well"
    }
}

/// `hosts break`: an operator's word that a host need not count as down any more.
struct HostsBreakCommand: HostsModule {
    static let configuration = CommandConfiguration(
        commandName: "break", abstract: "Give a host's slot back by hand.",
        usage: "mosaic fleet hosts break HOST [--force]",
        discussion: """
            Example: mosaic fleet hosts break alpha

            Only where the host is gone for good or you have seen that it is well: the next rollout does it by itself for a \
            host that answers. Exit status: 4 no such slot, 75 its station lives.
            """)

    @Argument(help: ArgumentHelp("As 'hosts slots' shows it.", valueName: "host"), completion: .hosts) var name: String

    @Flag(help: "Even though the rollout that holds it is alive.") var force = false

    @OptionGroup(title: "Common options") var common: HostsOptions

    func run(in context: HostsContext) throws(FleetError) -> ExitStatus {
        let store = FileSlotStore(home: context.home, station: try context.freshID().rawValue)
        guard let stored = try store.slots().first(where: { $0.slot.host.isExactly(name) }) else {
            throw FleetError(
                .noSuchUnit, "no slot is held for '\(Printable.oneLine(name))'", hint: "see 'mosaic fleet hosts slots'")
        }
        guard !stored.isStationAlive || force else {
            throw FleetError(
                .busy,
                "the rollout that holds it is alive: \(Printable.oneLine(stored.slot.author)), since "
                    + Printable.oneLine(stored.slot.since, limit: 30),
                hint: "let it end, or end it with Ctrl-C; --force breaks the slot anyway")
        }
        guard try store.breakSlot(stored.slot) == .done else {
            throw FleetError(
                .busy, "the slot of '\(Printable.oneLine(name))' changed in the meantime",
                hint: "see 'mosaic fleet hosts slots'")
        }
        context.output.data("the slot of \(Printable.oneLine(name)) is free")
        return .done
    }
}
