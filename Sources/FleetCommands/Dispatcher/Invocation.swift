internal import FleetGuard
internal import FleetKit

/// One run of the program: what was typed, and where.
struct Invocation {
    /// Without the program's name.
    let arguments: [String]
    let composition: Composition
    let environment: [String: String]
    let output: Output

    /// Runs the body with everything that a command of the fleet has at hand, and what it left for later after it.
    func inContext(
        of module: any CommandModule, _ body: (CommandContext) throws(FleetError) -> ExitStatus
    ) throws(FleetError) -> ExitStatus {
        let common = module.common
        var home: MosaicHome?
        StandardErrorLog.install(verbose: common.verbose)
        do throws(FleetError) {
            if !type(of: module).mayLackHome {
                try MosaicHome.checkTyped(option: common.mosaicHome, environment: environment)
            }
            let context = try CommandContext(self, common)
            home = context.home
            let status = try body(context)
            try context.runAfterwards()
            return status
        } catch {
            throw SudoHint.added(
                to: error, home: home, scope: common.scope.managerScope, environment: environment,
                arguments: arguments)
        }
    }
}
