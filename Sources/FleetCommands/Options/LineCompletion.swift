internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

extension CompletionKind {
    /// Names of agents, for the shells' completions: those of the roster that are not on the line yet.
    static var agents: CompletionKind { .custom { words, index, _ in LineCompletion(words, at: index).agents } }

    /// Records of the history: `last`, then the newest tokens as `history` shows them.
    static var records: CompletionKind { .custom { words, index, _ in LineCompletion(words, at: index).records } }

    /// Durations that people give; any other can be typed.
    static func durations(_ texts: String...) -> CompletionKind { .list(texts) }
}

/// What is offered for a word of a line that is being typed. It reads nothing but files of the mosaic home: pressing Tab
/// must not wait for a service manager.
private struct LineCompletion {
    /// The other words, unexpanded; bash makes three words of `--mosaic-home=DIR`.
    private let typed: [String]
    private let environment = ProcessEnvironment.current()

    init(_ words: [String], at index: Int) {
        typed = words.enumerated().filter { $0.offset != index }.map(\.element)
    }

    var agents: [String] {
        offered { home throws(FleetError) in
            let agents = try Roster.load(home: home)?.agents ?? []
            return agents.map(\.name.rawValue).filter { !typed.containsExactly($0) }
        }
    }

    /// As many as `history` lists.
    var records: [String] {
        offered { home throws(FleetError) in
            let records = try History.read(HistoryFile(home: home.path)).records
            let tokens = records.filter(\.isOperation).compactMap(\.token).suffix(20).reversed()
            return ["last"] + tokens.map { String($0.prefix(8)) }.filter { $0.allSatisfy { $0.isHexDigit } }
        }
    }

    private func offered(_ words: (MosaicHome) throws(FleetError) -> [String]) -> [String] {
        do throws(FleetError) {
            return try words(MosaicHome.resolve(option: mosaicHome, environment: environment))
        } catch {
            // A message would land in the middle of the line that is being typed; the command itself will say it.
            return []
        }
    }

    private var mosaicHome: String? {
        let option = "--mosaic-home"
        guard let place = typed.lastIndex(where: { $0 == option || $0.begins(with: option + "=") }) else { return nil }
        if let joined = typed[place].after(option + "=") { return String(joined) }
        let value = typed[(place + 1)...].first { $0 != "=" }
        return value?.isEmpty == true ? nil : value
    }
}
