package import FleetGuard

/// The unit files that a package installs for all users of a machine (`/usr/lib/systemd/user`): what `init` writes for a
/// fleet with the usual names, without any agent's command.
///
/// A user's own files of the same names, which `init` writes, stand before these in systemd's search path.
package enum VendorUnits {
    /// By file name.
    /// - Parameters:
    ///   - mosaic: absolute path of the installed program.
    ///   - tmux: absolute path.
    package static func texts(mosaic: String, tmux: String) throws(FleetError) -> [String: String] {
        let holder = try Roster.defaultHolder
        let units = FleetUnits(
            scope: .user, tmux: tmux, mosaic: mosaic, holder: holder, socket: .name("mosaic-fleet"))
        return [
            holder.rawValue: remark + units.holderText,
            FleetUnits.template: remark + units.templateText,
        ]
    }

    private static let remark =
        "# Installed for every user. `mosaic fleet init` writes a user's own units to ~/.config/systemd/user; they take precedence.\n"
}
