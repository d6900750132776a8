package import FleetGuard

extension ManagerScope {
    /// What brings units up that were enabled.
    var defaultTarget: String {
        switch self {
        case .user: "default.target"
        case .system: "multi-user.target"
        }
    }

    /// Where an administrator's own unit files belong: `$XDG_CONFIG_HOME/systemd/user` (`~/.config/systemd/user`), or
    /// `/etc/systemd/system`.
    package func unitFolder(environment: [String: String]) throws(FleetError) -> String {
        switch self {
        case .system: return "/etc/systemd/system"
        case .user:
            if let config = environment["XDG_CONFIG_HOME"], config.begins(with: "/") {
                return HomeDirectory.withoutTrailingSlash(config) + "/systemd/user"
            }
            return try HomeDirectory.path(environment: environment) + "/.config/systemd/user"
        }
    }
}
