public import FleetGuard
internal import Glibc

/// The mosaic home and what lies in it. Pure paths: nothing is created or checked here.
public struct MosaicHome: Sendable, Equatable {
    /// Absolute, without a slash at the end.
    public let path: String

    /// `--mosaic-home`, else `$MOSAIC_HOME`, else `$XDG_CONFIG_HOME/mosaic`, else `~/.config/mosaic`.
    ///
    /// An empty variable counts as unset. A relative `$XDG_CONFIG_HOME` is ignored (XDG Base Directory
    /// Specification); a relative `$MOSAIC_HOME` is refused, because then every directory would have a lock of its own
    /// and none would guard anything. A relative `--mosaic-home` is typed, so it means the current directory's.
    ///
    /// - Throws: `.usage` for a path that cannot be one; `.unsafeHome` when the user has no home directory.
    public static func resolve(
        option: String?, environment: [String: String], currentDirectory: String
    ) throws(FleetError) -> MosaicHome {
        if let option {
            let expanded = try HomeDirectory.expandTilde(
                checked(option, from: "--mosaic-home"), environment: environment)
            return MosaicHome(absolute: expanded.begins(with: "/") ? expanded : currentDirectory + "/" + expanded)
        }
        if let home = environment["MOSAIC_HOME"], !home.isEmpty {
            let expanded = try HomeDirectory.expandTilde(checked(home, from: "$MOSAIC_HOME"), environment: environment)
            guard expanded.begins(with: "/") else {
                throw FleetError(
                    .usage, "$MOSAIC_HOME is '\(Printable.oneLine(home))', which is not an absolute path",
                    hint: "set it to a path that begins with '/', or unset it")
            }
            return MosaicHome(absolute: expanded)
        }
        if let config = environment["XDG_CONFIG_HOME"], config.begins(with: "/") {
            return MosaicHome(absolute: try checked(config, from: "$XDG_CONFIG_HOME") + "/mosaic")
        }
        let home = try checked(try HomeDirectory.path(environment: environment), from: "$HOME")
        return MosaicHome(absolute: (home == "/" ? "" : home) + "/.config/mosaic")
    }

    /// - Throws: `.io` when the current directory is gone and the option is relative to it.
    public static func resolve(option: String?, environment: [String: String]) throws(FleetError) -> MosaicHome {
        guard let option, !option.begins(with: "/"), !option.begins(with: "~") else {
            return try resolve(option: option, environment: environment, currentDirectory: "/")
        }
        let current = try WorkingDirectory.current(for: option, "--mosaic-home")
        return try resolve(option: option, environment: environment, currentDirectory: current)
    }

    /// - Parameter path: absolute; slashes at its end are dropped, nothing is checked.
    public init(absolute path: String) {
        self.path = HomeDirectory.withoutTrailingSlash(path)
    }

    /// Parent of all files that the fleet keeps in the mosaic home.
    public var fleetDirectory: String { (path == "/" ? "" : path) + "/fleet" }
    /// The file need not exist: `mosaic fleet init` writes it.
    public var rosterPath: String { fleetDirectory + "/roster.toml" }
    /// Contains the lock and its mutex; made with mode 0700 when it is first needed.
    public var runDirectory: String { fleetDirectory + "/run" }
    /// Where the last lines of failed agents' screens are kept, see `LastScreen`; mode 0700.
    public var screensDirectory: String { fleetDirectory + "/screens" }

    private static func checked(_ path: String, from source: String) throws(FleetError) -> String {
        func refuse(_ why: String) -> FleetError {
            FleetError(
                .usage, "\(source) is '\(Printable.oneLine(path))', which cannot be a directory: \(why)",
                hint: "give the path of a directory of your own, such as ~/.config/mosaic")
        }
        guard !path.isEmpty else { throw refuse("it is empty") }
        guard path.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw refuse("it has control characters")
        }
        guard path.utf8.count < Int(PATH_MAX) else { throw refuse("it has more than \(PATH_MAX - 1) bytes") }
        return path
    }
}
