public import FleetGuard

/// The transient scopes that the commands of `lock run`s are moved into: `mosaic-run-TOKEN.scope`, one for each
/// acquisition of the lock.
///
/// The scope says in its description which record it belongs to, by that file's identity. So a process that takes over can tell
/// it from one that a record merely names: a copied or forged record is another file.
public final class CommandScopes: RunScopes {
    private let manager: () throws(FleetError) -> any ServiceManager
    private let clock: any OperationClock
    private let note: (String) -> Void
    /// Words for the command's progress line in the record.
    static let phase = "command"
    /// After the manager's answer the process is there within milliseconds.
    private static let arrival: Duration = .milliseconds(500)
    /// After `cgroup.kill` nothing is left within milliseconds, unless it hangs inside the kernel.
    private static let ending: Duration = .seconds(3)
    private static let step: Duration = .milliseconds(5)

    /// - Parameters:
    ///   - manager: asked when it is needed; its own bounds are the bounds of everything here.
    ///   - note: told what the operator should know.
    public init(
        clock: any OperationClock = SystemClock(), note: @escaping (String) -> Void,
        manager: @escaping () throws(FleetError) -> any ServiceManager
    ) {
        self.clock = clock
        self.note = note
        self.manager = manager
    }

    /// The scope of the command under this lock; nil for a record without a token.
    static func scope(of record: LockRecord) -> UnitName? {
        LockToken(record.token).flatMap { UnitName(known: "mosaic-run-\($0).scope") }
    }

    private static func description(_ record: LockRecord, _ file: FileID) -> String {
        "mosaic fleet: the command of lock run \(record.token), record \(file.device):\(file.inode)"
    }

    /// Moves a process that has not begun its work into the lock's scope, and writes that into the record.
    /// - Returns: nil when it is there; else why not.
    /// - Throws: what is no trouble with the manager or the disk.
    func place(_ process: Int32, under lock: HeldLock) throws(FleetError) -> String? {
        guard let scope = Self.scope(of: lock.record) else { return "the lock has no token" }
        var problem: FleetError?
        do throws(FleetError) {
            try manager().adopt(
                process, intoScope: scope, description: Self.description(lock.record, lock.fileID))
        } catch { problem = error }
        // The process itself tells, whatever became of the manager's answer.
        let deadline = clock.now() + (problem == nil ? Self.arrival : .zero)
        while !isIn(scope, process) {
            guard clock.now() < deadline else { return problem?.message ?? "it is not seen in \(scope)" }
            clock.sleep(for: Self.step)
        }
        let event = ProgressEvent(phase: Self.phase, unit: scope.rawValue, outcome: try invocation(of: scope))
        do throws(FleetError) { try lock.report(event) } catch {
            // For example a full disk. If the manager answers, the scope is still found by the token's name.
            note("progress is not recorded: \(error.message)")
        }
        return nil
    }

    private func isIn(_ scope: UnitName, _ process: Int32) -> Bool {
        ControlGroupScan.path(of: process).map { CommandGroup.isOf(scope, $0) } ?? false
    }

    /// nil where the manager does not answer any more.
    private func invocation(of scope: UnitName) throws(FleetError) -> String? {
        do throws(FleetError) {
            let id = try manager().states(of: [scope]).first?.invocationID ?? ""
            return id.isEmpty ? nil : id
        } catch  where error.code == .noServiceManager {
            return nil
        }
    }

    /// Kills what is left in the record's scope and waits up to 3 s for it to end. A scope that belongs to another
    /// record is left alone, with a note to the operator.
    /// - Returns: nil when nothing is left, or when there is nothing to end; otherwise why a process may still run.
    public func end(_ run: LockObservation) -> String? {
        guard let record = run.record, record.isRun == true, let scope = Self.scope(of: record) else { return nil }
        // Written before the command was executed. Without it nothing of a command can be there.
        let stated = run.events.first { $0.phase == Self.phase && $0.unit?.isExactly(scope.rawValue) == true }
        do throws(FleetError) {
            let manager = try manager()
            guard let state = try manager.states(of: [scope]).first, !state.isNotFound else { return nil }
            let isOwn = state.description.isExactly(Self.description(record, run.id))
            guard isOwn, stated?.outcome.map({ $0.isExactly(state.invocationID) }) ?? true else {
                note("\(scope) does not belong to this lock's command, although its record says so; it was left alone")
                return nil
            }
            let deadline = clock.now() + Self.ending
            while let left = try manager.processes(of: scope).first {
                guard clock.now() < deadline else { return "process \(left) in \(scope) does not end" }
                if let group = CommandGroup(of: left, named: scope) { group.end() } else { try manager.kill(scope) }
                clock.sleep(for: Self.step)
            }
            return nil
        } catch {
            guard stated != nil else { return nil }
            return "its command may still run in \(scope), and the service manager cannot be asked: \(error.message)"
        }
    }
}
