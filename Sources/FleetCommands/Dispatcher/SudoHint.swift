internal import FleetGuard
internal import FleetKit
internal import Glibc

/// Under sudo a user nearly always means their own fleet, not root's.
enum SudoHint {
    /// The error with the way to the fleet of `SUDO_USER`, where root has none.
    static func added(
        to error: FleetError, home: MosaicHome?, scope: ManagerScope, environment: [String: String],
        arguments: [String], isRoot: Bool = geteuid() == 0
    ) -> FleetError {
        guard isRoot, scope == .user, let user = environment["SUDO_USER"], !user.isEmpty, user != "root",
            error.code == .noServiceManager || error.code == .noSuchUnit || error.code == .unsafeHome,
            home.map({ access($0.rosterPath, F_OK) != 0 }) ?? true
        else { return error }
        var error = error
        let line = ShellWord.line(["mosaic"] + arguments)
        error.hint =
            "this is root's fleet; for the fleet of \(Printable.oneLine(user, limit: 32)) run without sudo, or run:"
            + " sudo -u \(ShellWord.line([user])) \(line)"
        return error
    }
}
