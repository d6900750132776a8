internal import FleetGuard

/// Where a service manager itself stands, as it says: never what the caller's environment says.
public struct ManagerFooting: Sendable, Equatable {
    /// Where one of the units comes from.
    public struct Unit: Sendable, Equatable {
        /// The manager's own name for it: the same for each alias.
        public var id: UnitName
        /// The unit file that counts; empty where there is none.
        public var path: String

        /// - Parameter path: absolute, or empty.
        public init(id: UnitName, path: String) {
            self.id = id
            self.path = path
        }
    }

    /// What `%t` is in its units (`/run/user/UID`, `/run`), absolute; nil where it did not say.
    package var runtimeDirectory: String?
    /// What its units get as environment, before their own settings.
    public var environment: [String: String]
    /// In the order asked.
    public var units: [Unit]

    /// For a caller that knows the runtime directory; it is taken as given.
    public init(runtimeDirectory: String?, environment: [String: String], units: [Unit]) {
        self.runtimeDirectory = runtimeDirectory
        self.environment = environment
        self.units = units
    }

    /// From what every manager tells (org.freedesktop.systemd1(5)): `UnitPath`, which has folders below the runtime
    /// directory that the manager started with, and `Environment`, which an operator may change.
    public init(unitPath: [String], environment words: [String], units: [Unit]) {
        var environment: [String: String] = [:]
        for word in words {
            let parts = word.parts(at: "=", atMost: 2, keepingEmpty: true)
            if parts.count == 2 { environment[String(parts[0])] = String(parts[1]) }
        }
        let folder = unitPath.lazy.compactMap { path in
            Self.ownFolders.lazy.compactMap { path.before($0) }.first { !$0.isEmpty }.map(String.init)
        }.first
        let runtime = folder ?? environment["XDG_RUNTIME_DIR"]
        self.init(
            runtimeDirectory: runtime.flatMap { $0.begins(with: "/") ? $0 : nil }, environment: environment,
            units: units)
    }

    private static let ownFolders = ["/systemd/transient", "/systemd/generator"]
}
