import ArgumentParser
import FoundationEssentials
import Testing

@testable import HostsCommands

/// `man/mosaic-fleet-hosts.1` is written by hand, so it is held against the program.
@Suite("The manual of hosts") struct ManualTests {
    private func page() throws -> String {
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return try String(contentsOf: URL(filePath: "/\(folder)/man/mosaic-fleet-hosts.1"), encoding: .utf8)
    }

    @Test("It names every command and every option") func everything() throws {
        let page = try page()
        var options = 0
        for command in HostsCommand.configuration.subcommands {
            let name = try #require(command.configuration.commandName)
            #expect(page.contains("Cm \(name)") || page.contains("hosts \(name)"), "\(name)")
            let help = HostsCommand.helpMessage(for: command, columns: 80)
            for word in help.split(whereSeparator: { " ,:;.\n[]=…()'".contains($0) })
            where word.hasPrefix("--") && word.count > 2 {
                guard word != "--help", word != "--version" else { continue }
                options += 1
                #expect(page.contains("Fl -\(word.dropFirst(2))"), "\(word) of \(name)")
            }
            #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(name)")
        }
        #expect(options > 20)
    }
}
