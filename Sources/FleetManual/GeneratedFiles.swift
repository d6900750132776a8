internal import FleetKit
package import FoundationEssentials

/// The files of `man/`, `completions/` and `packaging/units/`: what they should be, and whether they are.
package struct GeneratedFiles {
    /// What renews them; the words of every complaint.
    package static let renewal = "swift package --allow-writing-to-package-directory renew-manual"

    private let package: URL

    /// - Parameter package: the folder of Package.swift.
    package init(package: URL) {
        self.package = package
    }

    /// By path below the package.
    package func wanted() throws -> [String: String] {
        let root = try ProgramHelp.root()
        let date = try date()
        var files = [
            "completions/mosaic.bash": try ProgramHelp.completionScript("bash"),
            "completions/_mosaic": try ProgramHelp.completionScript("zsh"),
            "completions/mosaic.fish": try ProgramHelp.completionScript("fish"),
        ]
        // `make install` puts the program's real folder in.
        for (name, text) in try VendorUnits.texts(mosaic: "/usr/bin/mosaic", tmux: "/usr/bin/tmux") {
            files["packaging/units/\(name)"] = text
        }
        for (name, section, command) in try pages(root) {
            let page = Page(name: name, section: section, command: command, root: root, date: date)
            files["man/\(name).\(section)"] = try page.render(part: read("man/parts/\(name).\(section).mdoc"))
        }
        return files
    }

    /// Paths whose file is missing, other than it should be, or of a page that is no more.
    package func outdated() throws -> [String] {
        let wanted = try wanted()
        let left = try committed().filter { wanted[$0] == nil }
        let changed = try wanted.filter { path, text in try !exists(path) || read(path) != text }.map(\.key)
        return (left + changed).sorted()
    }

    /// - Returns: the paths that were written or removed.
    package func renew() throws -> [String] {
        let wanted = try wanted()
        let outdated = try outdated()
        for path in outdated {
            let url = package.appending(path: path)
            if let text = wanted[path] {
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: url, options: .atomic)
            } else {
                try FileManager.default.removeItem(at: url)
            }
        }
        return outdated
    }

    /// Every shown command, its group `fleet`, the program itself, and what is written entirely by hand.
    private func pages(_ root: CommandHelp) throws -> [(name: String, section: Int, command: CommandHelp?)] {
        guard let fleet = root.subcommands?.first(where: { $0.commandName == "fleet" }) else {
            throw PartError(description: "unknown command 'fleet' in the help")
        }
        let commands = [fleet] + root.leaves
        return commands.map { ($0.words.joined(separator: "-"), 1, $0) }
            + [("mosaic", 1, root), ("mosaic-fleet-roster", 5, nil), ("mosaic-fleet-lock", 7, nil)]
    }

    /// The newest release's, so that pages do not change without a reason; before the first, a fixed one.
    private func date() throws -> String {
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        for line in try read("CHANGELOG.md").split(separator: "\n") where line.hasPrefix("## [") {
            guard let text = line.split(separator: " ").last else { continue }
            let parts = text.split(separator: "-").compactMap { Int($0) }
            guard parts.count == 3, (1...12).contains(parts[1]) else { continue }
            return "\(months[parts[1] - 1]) \(parts[2]), \(parts[0])"
        }
        return "November 24, 2026"
    }

    private func committed() throws -> [String] {
        let manual = try FileManager.default.contentsOfDirectory(atPath: package.appending(path: "man").path)
        return manual.filter { $0 != "parts" }.map { "man/" + $0 }
    }

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: package.appending(path: path).path)
    }

    private func read(_ path: String) throws -> String {
        let url = package.appending(path: path)
        guard exists(path) else { throw PartError(description: "there is no \(path); write it") }
        return String(decoding: try Data(contentsOf: url), as: UTF8.self)
    }
}
