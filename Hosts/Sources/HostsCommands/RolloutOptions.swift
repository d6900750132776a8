internal import ArgumentParser
internal import FleetGuard
internal import FleetKit
internal import HostsKit

/// Which hosts, in which order, and how many at once.
struct RolloutOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("A host to begin with, alone; may be repeated.", valueName: "host"), completion: .hosts
    )
    var canary: [String] = []

    @Option(help: ArgumentHelp("Only the hosts of this group; may be repeated.", valueName: "name")) var group:
        [String] = []

    @Option(
        help: ArgumentHelp(
            "Hosts that may be down at once; default and maximum: at_once in hosts.toml.", valueName: "n")
    )
    var atOnce: Int?

    mutating func validate() throws {
        if let atOnce, atOnce < 1 { throw ValidationError("--at-once must be at least 1") }
    }

    /// Hosts that a command is printed for; a longer one is nobody's to type.
    static let longestRest = 32

    /// As they were typed.
    var words: [String] { group.map { "--group=\($0)" } + words(canary) }

    /// What still counts for these hosts.
    func words(_ hosts: [String]) -> [String] {
        canary.filter { hosts.containsExactly($0) }.map { "--canary=\($0)" }
            + (atOnce.map { ["--at-once=\($0)"] } ?? [])
    }

    /// The hosts with their stages: each canary is one, then each group.
    func stages(_ names: [String], of file: HostsFile) throws(FleetError) -> [(host: HostsFile.Host, stage: Int)] {
        for name in group where !file.hosts.contains(where: { $0.group.isExactly(name) }) {
            throw FleetError(
                .noSuchUnit, "no host in \(Printable.oneLine(file.path)) has the group '\(Printable.oneLine(name))'",
                hint: "see 'mosaic fleet hosts status'")
        }
        let chosen = try file.selection(names).filter { group.isEmpty || group.containsExactly($0.group) }
        let canaries = canary.isEmpty ? [] : try file.selection(canary)
        for host in canaries where !chosen.contains(host) {
            throw FleetError(
                .usage, "--canary \(host.name) is not among the hosts that were named",
                hint: "name it too, or leave the names out")
        }
        guard !chosen.isEmpty else {
            throw FleetError(
                .noSuchUnit, "none of the hosts that were named is in a group of --group",
                hint: "see 'mosaic fleet hosts status'")
        }
        // In the order that was typed.
        var staged = canary.enumerated().compactMap { place, name in
            canaries.first { $0.name.rawValue.isExactly(name) }.map { (host: $0, stage: place) }
        }
        var groups: [String] = []
        for host in chosen where !canaries.contains(host) {
            let place = groups.firstIndex { $0.isExactly(host.group) } ?? groups.count
            if place == groups.count { groups.append(host.group) }
            staged.append((host, canary.count + place))
        }
        return staged
    }

    func limit(_ file: HostsFile) throws(FleetError) -> Int {
        guard let atOnce else { return file.atOnce }
        guard atOnce <= file.atOnce else {
            throw FleetError(
                .usage, "--at-once \(atOnce) is more than at_once = \(file.atOnce) in \(Printable.oneLine(file.path))",
                hint: "the command line can only lower it: raise it there")
        }
        return atOnce
    }
}
