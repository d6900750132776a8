public import ArgumentParser
internal import FleetKit

/// Which way to systemd.
public enum BackendChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auto, dbus, systemctl, fake
}

public enum ColorChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auto, always, never
}

/// `--user` or `--system`.
public enum ScopeFlag: String, EnumerableFlag, Sendable {
    case user, system

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
}
