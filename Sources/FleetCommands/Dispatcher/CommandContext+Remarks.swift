internal import FleetGuard
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
                remarks.append("cannot check the agents' programs: \(error.message)")
            }
        }
        if let remark = eventsRemark(roster) { remarks.append(remark) }
        return try remarks
            + RosterRemarks(
                roster, userHome: HomeDirectory.path(environment: environment), managerPath: managerPath,
                callerPath: environment["PATH"]
            ).all()
    }

    /// A program of `[events]` that cannot be run; nil where it can, or there is none.
    private func eventsRemark(_ roster: Roster) -> String? {
        guard let name = roster.events.command.first else { return nil }
        var known = environment
        do throws(FleetError) {
            if !name.has("/") { known["PATH"] = try manager().searchPath() ?? known["PATH"] }
            _ = try EventProgram.resolved(roster.events.command, known)
            return nil
        } catch {
            return error.code == .noServiceManager ? nil : "events will not be delivered: \(error.message)"
        }
    }

    /// Adds to the units' states what the lock, the debts of restarts and the history say of them.
    /// - Parameter states: rows in none of these go; none: all stay.
    func complete(
        _ report: inout StatusReport, _ states: [StatusReport.Condition], _ authors: StopAuthor
    ) throws(FleetError) -> LockInspection {
        let lock = try inspectLock()
        markDebts(in: &report, lock)
        report = report.only(states)
        // A history that cannot be read is no reason to show no status.
        do throws(FleetError) { try authors.add(to: &report) } catch {
            output.detail("cannot look up who stopped a unit: \(error.message)")
        }
        return lock
    }

    /// Marks what a restart that has ended still owes. A running one starts what it took down itself.
    func markDebts(in report: inout StatusReport, _ lock: LockInspection) {
        if lock.verdict == .held, lock.observation?.record?.isRun != true { return }
        do throws(FleetError) {
            report.mark(owed: try IntentFile(home: home.path).read().owed, try nextCommands())
        } catch {
            output.detail("cannot look up what a restart owes: \(error.message)")
        }
    }

    /// What runs with the fleet and is not in the roster. Its tmux server is asked only while the holder is up.
    func unmanaged(beside roster: Roster) throws(FleetError) -> UnmanagedMembers {
        let isUp = try manager().states(of: [roster.holder.unit]).first?.isActive ?? false
        return try UnmanagedMembers.find(beside: roster, in: manager(), probe: isUp ? holderProbe() : nil)
    }

    /// One line on agents that left the roster while they run; nil: none.
    func leftRemark(_ running: Set<AgentName>) throws(FleetError) -> String? {
        guard !running.isEmpty else { return nil }
        let names = running.sorted().map(\.rawValue).joined(separator: ", ")
        let (runs, it, its) = running.count == 1 ? ("runs", "it", "its unit") : ("run", "them", "their units")
        return
            "\(names) left the roster and still \(runs): '\(try nextCommands().fleet("apply"))' stops \(it) and removes \(its)"
    }

    /// One line on what runs with the fleet and is not in the roster; nil: nothing, or no manager that could tell.
    /// - Parameter gone: agents that were named already.
    func unmanagedRemark(beside roster: Roster, besides gone: [AgentName]) throws(FleetError) -> String? {
        guard case .file = roster.origin else { return nil }
        var found: UnmanagedMembers
        do throws(FleetError) { found = try unmanaged(beside: roster) } catch {
            // The files are written without a manager, too.
            output.detail("cannot check for unmanaged units and sessions: \(error.message)")
            return nil
        }
        found.units.removeAll { AgentName(unit: $0.name).map(gone.contains) ?? false }
        guard !found.isEmpty else { return nil }
        let commands = try nextCommands()
        let step = found.sessions.isEmpty ? found.stop(commands) : nil
        return "not in the roster: \(found.words); " + (step ?? "'\(commands.fleet("doctor"))' says what to do")
    }
}
