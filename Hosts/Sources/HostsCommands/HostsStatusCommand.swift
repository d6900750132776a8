internal import ArgumentParser
internal import FleetGuard
internal import FleetKit
internal import HostsKit

/// `hosts status`: all hosts in one table. Changes nothing anywhere.
struct HostsStatusCommand: HostsModule {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the fleets of all hosts, one a line.",
        usage: "mosaic fleet hosts status [HOST…] [--watch] [--json]",
        discussion: """
            Example: mosaic fleet hosts status --watch

            A host that does not answer within 3 s is listed as unreachable. Exit status: 0 all fleets are healthy, 3 one is not.
            """)

    @Argument(help: ArgumentHelp("Hosts to show; none: all of hosts.toml.", valueName: "host"), completion: .hosts)
    var names: [String] = []

    @Flag(help: "Ask again every 2 s, until Ctrl-C.") var watch = false

    @OptionGroup(title: "Common options") var common: HostsOptions

    func validate() throws {
        if watch && common.json {
            throw ValidationError("--watch draws a table; leave out --json, or repeat the command")
        }
    }

    func run(in context: HostsContext) throws(FleetError) -> ExitStatus {
        let hosts = try context.file().selection(names)
        let link = try context.link(keepsConnections: watch)
        guard watch else {
            let view = StatusView(try context.ask(hosts, [], over: link))
            if common.json { try context.output.json(view.document) } else { context.output.data(view.table) }
            return view.isHealthy ? .done : .attention
        }
        while context.output.isDataRead {
            let view = StatusView(try context.ask(hosts, [], over: link))
            if context.output.canDraw {
                context.output.draw(view.table.parts(at: "\n").map(String.init))
            } else {
                context.output.data(view.table)
            }
            context.clock.sleep(for: .seconds(2))
            if let interruption = context.signals.interruption() {
                return interruption.code == .interrupted ? .done : interruption.exitStatus
            }
        }
        return .done
    }
}

/// Replies as a table and as JSON.
struct StatusView {
    struct Row: Encodable {
        var host: String
        var group: String
        /// `healthy`, `unhealthy`, `unknown` (the host answers, but cannot tell), `unreachable`.
        var fleet: String
        var version: String?
        var health: HostHealth?
        var lingers: Bool?
        var problem: String?
        var seconds: Double
        /// Another name in this list of the same host.
        var sameAs: String?
    }

    struct Document: Encodable {
        let schemaVersion = 1
        var allHealthy: Bool
        var hosts: [Row]
    }

    let rows: [Row]
    var isHealthy: Bool { rows.allSatisfy { $0.fleet == "healthy" } }
    var document: Document { Document(allHealthy: isHealthy, hosts: rows) }

    init(_ replies: [HostReply]) {
        var seen: [String: String] = [:]
        rows = replies.map { reply in
            let isAnswered = reply.health != nil && reply.problem == nil
            var row = Row(
                host: reply.host.name.rawValue, group: reply.host.group,
                fleet: !isAnswered
                    ? (reply.hello == nil ? "unreachable" : "unknown")
                    : reply.health?.isHealthy == true ? "healthy" : "unhealthy",
                version: reply.hello?.version, health: reply.health, lingers: reply.hello?.lingers,
                problem: reply.problem, seconds: reply.took.inSeconds)
            if let identity = reply.identity {
                row.sameAs = seen[identity]
                if seen[identity] == nil { seen[identity] = row.host }
            }
            return row
        }
    }

    /// `2, 1 unknown`
    private static func outdated(_ health: HostHealth?) -> String {
        guard let health, let outdated = health.outdated else { return "-" }
        guard let unknown = health.unknown, unknown > 0 else { return "\(outdated)" }
        return "\(outdated), \(unknown) unknown"
    }

    var table: String {
        HostsOutput.table(
            [["HOST", "FLEET", "UNITS", "LOCK", "OUTDATED", "VERSION", "REMARKS"]]
                + rows.map { row in
                    var remarks: [String] = []
                    if let problem = row.problem { remarks.append(problem) }
                    if let other = row.sameAs { remarks.append("the same host as \(other)") }
                    if row.lingers == false { remarks.append("no linger: the fleet ends with the last login session") }
                    if let count = row.health?.underWay, count > 0 {
                        remarks.append(
                            "\(count == 1 ? "an operation" : "\(count) operations") of a station under way or waiting for idle agents"
                        )
                    }
                    remarks += (row.health?.troubles ?? []).prefix(2).map { Printable.oneLine($0, limit: 100) }
                    let health = row.health
                    return [
                        row.host, row.fleet, health.map { "\($0.active)/\($0.total)" } ?? "-",
                        health.map { Printable.oneLine($0.lock, limit: 16) } ?? "-",
                        Self.outdated(health),
                        row.version.map { Printable.oneLine($0, limit: 16) } ?? "-", remarks.joined(separator: "; "),
                    ]
                })
    }
}

extension CompletionKind {
    /// Names of hosts.toml.
    static var hosts: CompletionKind { .shellCommand("mosaic fleet hosts slots --names 2>/dev/null") }
}
