package import ArgumentParser
internal import FleetKit

/// Which way to systemd.
package enum BackendChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auto, dbus, systemctl, fake

    // The parser's own finds these by reflection, at the start of every command.
    package static var allValueStrings: [String] { allCases.map { $0.rawValue } }
    package var defaultValueDescription: String { rawValue }
}

package enum ColorChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auto, always, never

    package static var allValueStrings: [String] { allCases.map { $0.rawValue } }
    package var defaultValueDescription: String { rawValue }
}

/// `--user` or `--system`.
package enum ScopeFlag: String, EnumerableFlag, Sendable, CustomStringConvertible {
    case user, system

    /// What the parser makes the flag's name of.
    package var description: String { rawValue }

    package static func help(for value: ScopeFlag) -> ArgumentHelp? {
        switch value {
        case .user: "Use the service manager of the calling user."
        case .system: "Use the system's service manager."
        }
    }

    var managerScope: ManagerScope { self == .user ? .user : .system }
}

/// The options of every command.
package struct CommonOptions: ParsableArguments, Sendable {
    @Option(
        name: .customLong("mosaic-home"),
        help: ArgumentHelp(
            "Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)", valueName: "dir"),
        completion: .directory)
    package var mosaicHome: String?

    @Option(help: ArgumentHelp("How to reach systemd; auto is D-Bus, else systemctl.", valueName: "name"))
    package var backend: BackendChoice = .auto

    @Flag(exclusivity: .exclusive)
    package var scope: ScopeFlag = .user

    @Flag(help: "Print one JSON document; errors become JSON on stderr.")
    package var json = false

    @Flag(name: .shortAndLong, help: "Print errors only.")
    package var quiet = false

    @Flag(name: .shortAndLong, help: "Print more detail.")
    package var verbose = false

    @Option(help: ArgumentHelp("Colour the output; auto: on a terminal, unless NO_COLOR is set.", valueName: "when"))
    package var color: ColorChoice = .auto

    package init() {}

    /// None was typed. Each is set: reading one that neither the parser nor this has set would trap, so
    /// `NamedCommandTests` compares it with what the parser makes.
    static var plain: CommonOptions {
        var common = CommonOptions()
        common.mosaicHome = nil
        common.backend = .auto
        common.scope = .user
        common.json = false
        common.quiet = false
        common.verbose = false
        common.color = .auto
        return common
    }
}
