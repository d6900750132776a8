internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// The commands that watchdogs, shell prompts and agents' hooks run all the time, with few options.
///
/// The argument parser rebuilds its tables at every start, which takes longer than such a command's own work. So
/// command lines of this plain kind are read here; everything else, whatever is wrong or unusual, is the parser's.
/// `ShortCutTests` holds both to the same reading of every combination.
enum ShortCut {
    /// The module, with its options set; nil where the parser must decide.
    static func module(for arguments: [String]) -> (any UnguardedCommand)? {
        if let common = options(after: ["fleet", "lock", "inspect"], in: arguments) {
            var command = LockInspectCommand()
            command.common = common
            return command
        }
        if let common = options(after: ["fleet", "status"], in: arguments) {
            var command = StatusCommand()
            command.agents = []
            command.states = []
            command.watch = nil
            command.layout = .table
            command.common = common
            return command
        }
        return nil
    }

    /// `report STATE`, with a note in either spelling.
    static func report(for arguments: [String]) -> ReportCommand? {
        guard arguments.count > 2, arguments.starts(with: ["fleet", "report"]),
            let state = ReportState(rawValue: arguments[2])
        else { return nil }
        var rest = arguments[3...]
        var command = ReportCommand()
        command.state = state
        command.note = nil
        if let first = rest.first, let joined = first.after("--note=") {
            command.note = String(joined)
            rest = rest.dropFirst()
        } else if rest.first == "--note", rest.count > 1 {
            command.note = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
        }
        guard let common = options(after: [], in: Array(rest)) else { return nil }
        command.common = common
        return command
    }

    private static func options(after words: [String], in arguments: [String]) -> CommonOptions? {
        guard arguments.starts(with: words) else { return nil }
        var json = false
        var quiet = false
        var verbose = false
        for argument in arguments.dropFirst(words.count) {
            switch argument {
            case "--json": json = true
            case "--quiet", "-q": quiet = true
            case "--verbose", "-v": verbose = true
            default: return nil
            }
        }
        // Each must be set: reading one that the parser left untouched traps.
        var common = CommonOptions()
        common.mosaicHome = nil
        common.backend = .auto
        common.scope = .user
        common.json = json
        common.quiet = quiet
        common.verbose = verbose
        common.color = .auto
        return common
    }
}
