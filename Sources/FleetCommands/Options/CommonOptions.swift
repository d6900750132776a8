public import ArgumentParser
internal import FleetKit

/// Which way to systemd.
public enum BackendChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auto, dbus, systemctl, fake

    // The parser's own finds these by reflection, at the start of every command.
    public static var allValueStrings: [String] { allCases.map { $0.rawValue } }
    public var defaultValueDescription: String { rawValue }
}

public enum ColorChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auto, always, never

    public static var allValueStrings: [String] { allCases.map { $0.rawValue } }
    public var defaultValueDescription: String { rawValue }
}

/// `--user` or `--system`.
public enum ScopeFlag: String, EnumerableFlag, Sendable, CustomStringConvertible {
    case user, system

    /// What the parser makes the flag's name of.
    public var description: String { rawValue }

    public static func help(for value: ScopeFlag) -> ArgumentHelp? {
        switch value {
        case .user: "Use the service manager of the calling user."
        case .system: "Use the system's service manager."
        }
    }

    var managerScope: ManagerScope { self == .user ? .user : .system }
}

/// The options of every command.
public struct CommonOptions: ParsableArguments, Sendable {
    @Option(
        name: .customLong("mosaic-home"),
        help: ArgumentHelp(
            "Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)", valueName: "dir"),
        completion: .directory)
    public var mosaicHome: String?

    @Option(help: ArgumentHelp("How to reach systemd; auto is D-Bus, else systemctl.", valueName: "name"))
    public var backend: BackendChoice = .auto

    @Flag(exclusivity: .exclusive)
    public var scope: ScopeFlag = .user

    @Flag(help: "Print one JSON document; errors become JSON on stderr.")
    public var json = false

    @Flag(name: .shortAndLong, help: "Print errors only.")
    public var quiet = false

    @Flag(name: .shortAndLong, help: "Print more detail.")
    public var verbose = false

    @Option(help: ArgumentHelp("Colour the output; auto: on a terminal, unless NO_COLOR is set.", valueName: "when"))
    public var color: ColorChoice = .auto

    public init() {}

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
