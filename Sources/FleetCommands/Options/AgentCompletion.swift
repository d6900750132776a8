internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

extension CompletionKind {
    /// Names of agents, for the shells' completions: those of the roster that are not on the line yet.
    static var agents: CompletionKind {
        .custom { words, index, _ in
            AgentCompletion.names(words, at: index, environment: ProcessEnvironment.current())
        }
    }

    /// Records of the history: `last`, then the newest tokens as `history` shows them.
    static var records: CompletionKind {
        .custom { words, index, _ in
            RecordCompletion.tokens(words, at: index, environment: ProcessEnvironment.current())
        }
    }

    /// Durations that people give; any other can be typed.
    static func durations(_ texts: String...) -> CompletionKind { .list(texts) }
}

enum AgentCompletion {
    /// Reads nothing but the roster: pressing Tab must not wait for a service manager.
    ///
    /// - Parameters:
    ///   - words: the command line as the shell has it, unexpanded; bash makes three words of `--mosaic-home=DIR`.
    ///   - index: of the word that is being completed.
    static func names(_ words: [String], at index: Int, environment: [String: String]) -> [String] {
        let typed = words.enumerated().filter { $0.offset != index }.map(\.element)
        do throws(FleetError) {
            let home = try MosaicHome.resolve(option: mosaicHome(in: typed), environment: environment)
            let agents = try Roster.load(home: home)?.agents ?? []
            return agents.map(\.name.rawValue).filter { !typed.containsExactly($0) }
        } catch {
            // A message would land in the middle of the line that is being typed; the command itself will say it.
            return []
        }
    }

    static func mosaicHome(in words: [String]) -> String? {
        let option = "--mosaic-home"
        guard let place = words.lastIndex(where: { $0 == option || $0.begins(with: option + "=") }) else { return nil }
        if let joined = words[place].after(option + "=") { return String(joined) }
        let value = words[(place + 1)...].first { $0 != "=" }
        return value?.isEmpty == true ? nil : value
    }
}

enum RecordCompletion {
    /// As many as `history` lists.
    private static let count = 20

    static func tokens(_ words: [String], at index: Int, environment: [String: String]) -> [String] {
        let typed = words.enumerated().filter { $0.offset != index }.map(\.element)
        do throws(FleetError) {
            let home = try MosaicHome.resolve(
                option: AgentCompletion.mosaicHome(in: typed), environment: environment)
            let records = try History.read(HistoryFile(home: home.path)).records
            let tokens = records.filter(\.isOperation).compactMap(\.token).suffix(count).reversed()
            return ["last"] + tokens.map { String($0.prefix(8)) }.filter { $0.allSatisfy { $0.isHexDigit } }
        } catch {
            return []
        }
    }
}
