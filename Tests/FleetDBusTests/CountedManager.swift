internal import FleetGuard
internal import FleetKit
import Synchronization

@testable internal import FleetDBus

/// A manager with a holder and agents that require it and are ordered after it, behind a `ScriptedPeer` that counts what
/// it is asked.
final class CountedManager: Sendable {
    static let holder = "mosaic-tmux-holder.service"
    let agents: [String]
    let peer: ScriptedPeer

    private struct World {
        var run: [String: UInt8] = [:]
        var down: Set<String> = []
        var jobs: UInt32 = 0

        /// A restart of the holder carries along the agents that are up.
        mutating func command(_ verb: String, _ unit: String, _ agents: [String]) {
            jobs += 1
            guard verb != "StopUnit" else {
                down.insert(unit)
                return
            }
            down.remove(unit)
            for carried in unit == CountedManager.holder ? [unit] + agents : [unit] where !down.contains(carried) {
                run[carried, default: 1] += 1
            }
        }
    }

    /// Only the peer's one thread comes here.
    private final class HeldCalls: @unchecked Sendable {
        var calls: [ScriptedPeer.Call] = []
    }

    /// - Parameter holdingBack: so many properties of units must have been asked for before the first is told.
    init(agents count: Int, holdingBack held: Int = 0) {
        let agents = (1...count).map { "mosaic-agent@a\($0).service" }
        let world = Mutex(World())
        let waiting = HeldCalls()
        self.agents = agents
        self.peer = ScriptedPeer { call in
            if held > 0 && call.member == "Get" && call.arguments.last != "Version" {
                waiting.calls.append(call)
                guard waiting.calls.count == held else { return [] }
                return waiting.calls.flatMap { call in
                    Self.answers(to: call, agents, World()).map { action in
                        if case .send(let message) = action { .reply(message, to: call) } else { action }
                    }
                }
            }
            let unit = call.arguments.first ?? ""
            let isCommand = ["StartUnit", "StopUnit", "RestartUnit"].contains(call.member)
            return Self.answers(
                to: call, agents,
                world.withLock {
                    if isCommand { $0.command(call.member, unit, agents) }
                    return $0
                })
        }
    }

    /// The client. It never asks by the clock, which would make the counts vary.
    func manager() throws(FleetError) -> DBusServiceManager {
        var timeouts = Timeouts()
        timeouts.call = .seconds(10)
        timeouts.jobCheck = .seconds(60)
        return try DBusServiceManager(address: peer.address, isPeerToPeer: true, timeouts: timeouts)
    }

    var units: [UnitName] {
        get throws(FleetError) { try ([Self.holder] + agents).map { name throws(FleetError) in try UnitName(name) } }
    }

    var roster: Roster {
        get throws(FleetError) {
            let members = try agents.enumerated().map { (index, unit) throws(FleetError) in
                Roster.Agent(name: try AgentName("a\(index + 1)"), unit: try UnitName(unit))
            }
            return Roster(origin: .discovered, holder: .init(unit: try UnitName(Self.holder)), agents: members)
        }
    }

    private static func answers(
        to call: ScriptedPeer.Call, _ agents: [String], _ world: World
    ) -> [ScriptedPeer.Action] {
        let names = [holder] + agents
        switch call.member {
        case "ListUnitsByNames":
            let rows = call.names.map { name in
                (name: name, properties: healthyUnit.merging(properties(of: name, world)) { $1 })
            }
            return [.send(.answer(.rows(rows)))]
        case "ListUnitsByPatterns":
            let loaded = agents.map { (name: $0, properties: healthyUnit) }
            return [.send(.answer(.rows(loaded)))]
        case "GetUnitProcesses": return [.send(.answer(.noProcesses))]
        case "StartUnit", "StopUnit", "RestartUnit":
            let job = Value.path("/org/freedesktop/systemd1/job/\(world.jobs)")
            let unit = Value.string(call.arguments.first ?? "")
            let removed = Message.signal("JobRemoved", .uint32(world.jobs), job, unit, .string("done"))
            return [.send(.answer(job)), .send(removed)]
        default:
            let asked = names.first { call.path == (try? UnitName($0)).map(UnitPath.of) } ?? ""
            let properties = properties(of: asked, world)
            if call.member == "Get", call.arguments.last == "Environment" {
                return [.send(.variantAnswer(.strings([])))]
            }
            if call.member == "Get", let value = properties[call.arguments.last ?? ""] {
                return [.send(.variantAnswer(value))]
            }
            return call.healthyAnswer(unit: properties)
        }
    }

    private static func properties(of unit: String, _ world: World) -> [String: Value] {
        let isDown = world.down.contains(unit)
        let above = Value.strings(unit == holder ? [] : [holder])
        return [
            "InvocationID": .bytes(Array(repeating: 7, count: 15) + [world.run[unit] ?? 1]),
            "ActiveState": .string(isDown ? "inactive" : "active"), "SubState": .string(isDown ? "dead" : "running"),
            "Requires": above, "BindsTo": .strings([]), "After": above, "NRestarts": .uint32(0),
            "Type": .string("notify"), "KillMode": .string("control-group"),
            // No cgroup of this machine has this name.
            "ControlGroup": .string("/not-there/\(unit)"),
        ]
    }
}
