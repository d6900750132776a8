internal import FleetGuard
internal import FleetKit

extension Connection {
    /// Asks for the manager's signals, and for those of the units at these object paths. A private socket sends
    /// everything by itself.
    func subscribe(to paths: [String], _ heartbeat: Heartbeat) throws(WireError) {
        guard !place.isPeerToPeer else { return }
        var calls: [Message] = []
        do throws(FleetError) {
            if !hasMatches {
                for match in Manager.matches { calls.append(try Manager.bus("AddMatch").adding(match)) }
            }
            // A bus may refuse to keep this many rules; then a skipped start is told from an ended one less well, and a
            // watch learns of a change later.
            for path in paths where watchedUnits.insert(path).inserted {
                calls.append(try Manager.bus("AddMatch").adding(Manager.match(unitPath: path)))
            }
            // Refused with AlreadySubscribed where we are; the refusal names the manager's connection just as well.
            calls.append(try Manager.call("Subscribe"))
        } catch { throw .stopped(error) }
        let replies = try pipeline(calls, heartbeat)
        hasMatches = true
        switch replies.last {
        case .answer(let message): managerName = message.sender
        case .refusal(_, _, let sender): managerName = sender
        case nil: break
        }
    }
}
