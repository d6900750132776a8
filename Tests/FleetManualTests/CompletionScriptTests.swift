internal import Testing

@testable internal import FleetManual

/// The changes of the parser's scripts: a script of another version of the parser is refused, with the text that it lacks.
struct CompletionScriptTests {
    static let shells = ["bash", "zsh", "fish"]

    private func refusal(of script: String, _ changes: CompletionScript) -> String? {
        do {
            _ = try changes.applied(to: script)
            return nil
        } catch { return "\(error)" }
    }

    @Test("the parser's script of today is accepted", arguments: shells)
    func accepted(_ shell: String) throws {
        #expect(try refusal(of: ProgramHelp.generatedScript(shell), ProgramHelp.completionChanges(shell)) == nil)
    }

    @Test(
        "a script that lacks a text of the changes, or has it once more, is refused, and the text is named",
        arguments: shells)
    func altered(_ shell: String) throws {
        let script = ProgramHelp.generatedScript(shell)
        let changes = try ProgramHelp.completionChanges(shell)
        #expect(!changes.changes.isEmpty && !changes.needs.isEmpty)
        for need in changes.needs {
            let why = try #require(refusal(of: script.replacing(need, with: ""), changes), "\(need)")
            #expect(why.contains(need.debugDescription))
        }
        for change in changes.changes {
            let place = change.function.flatMap { script.firstRange(of: $0)?.lowerBound } ?? script.startIndex
            let anchor = try #require(script[place...].firstRange(of: change.anchor))
            var doubled = script
            doubled.insert(contentsOf: change.anchor, at: anchor.upperBound)
            for altered in [doubled, script.replacing(change.anchor, with: "")] {
                let why = try #require(refusal(of: altered, changes), "\(change.anchor)")
                #expect(why.contains(change.anchor.debugDescription))
            }
            guard let function = change.function else { continue }
            #expect(
                refusal(of: script.replacing(function, with: "\n"), changes)?.contains(function.debugDescription)
                    == true)
        }
    }
}
