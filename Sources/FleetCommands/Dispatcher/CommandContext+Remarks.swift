internal import FleetKit

extension CommandContext {
    /// What an operator should know about the roster beyond its text: programs that the agents cannot find, files with
    /// secrets that others can read.
    ///
    /// The manager is asked only where an agent depends on its `PATH`. Where it cannot be asked, that is one of the
    /// remarks.
    func rosterRemarks(_ roster: Roster) throws(FleetError) -> [String] {
        let depends = roster.agents.contains { agent in
            agent.settings.path == nil && agent.command.first.map { !$0.has("/") } == true
        }
        var managerPath: String?
        var remarks: [String] = []
        if depends {
            do throws(FleetError) {
                managerPath = try manager().searchPath()
            } catch {
                remarks.append("not checked whether the agents find their programs: \(error.message)")
            }
        }
        return try remarks
            + RosterRemarks(
                roster, userHome: HomeDirectory.path(environment: environment), managerPath: managerPath,
                callerPath: environment["PATH"]
            ).all()
    }
}
