internal import FleetGuard
internal import FleetKit

extension Connection {
    /// Two `GetAll` for each unit. Nobody waits for this in the middle of a restart, so a few kilobytes do not matter.
    func settings(
        of units: [UnitName], _ timeouts: Timeouts, _ heartbeat: Heartbeat
    ) throws(WireError) -> [UnitSettings] {
        let interfaces = [Manager.unitInterface, Manager.serviceInterface]
        var calls: [Message] = []
        do throws(FleetError) {
            for unit in units {
                for interface in interfaces { calls.append(try Manager.getAll(of: interface, at: UnitPath.of(unit))) }
            }
        } catch { throw .stopped(error) }
        let replies = try pipeline(calls, timeouts, heartbeat)
        var settings = units.map { UnitSettings(name: $0) }
        do throws(FleetError) {
            for (index, reply) in replies.enumerated() {
                let unit = index / interfaces.count
                // A unit that is not there has none, and a target has none of a service's.
                if reply.isNoSuchProperty { continue }
                let answer = try reply.get("to report the settings of \(units[unit])")
                try settings[unit].read(answer)
            }
        } catch { throw .stopped(error) }
        return settings
    }

    /// Five `Get` for each unit: `status -o wide` asks for this, and a `GetAll` of a service is kilobytes.
    func files(
        of units: [UnitName], _ timeouts: Timeouts, _ heartbeat: Heartbeat
    ) throws(WireError) -> [UnitSettings] {
        let names =
            ["FragmentPath", "DropInPaths", "NeedDaemonReload"].map { ($0, Manager.unitInterface) }
            + ["ExecMainStartTimestamp", "EnvironmentFiles"].map { ($0, Manager.serviceInterface) }
        var calls: [Message] = []
        do throws(FleetError) {
            for unit in units {
                for (name, interface) in names {
                    calls.append(try Manager.get(name, of: interface, at: UnitPath.of(unit)))
                }
            }
        } catch { throw .stopped(error) }
        let replies = try pipeline(calls, timeouts, heartbeat)
        var settings = units.map { UnitSettings(name: $0) }
        do throws(FleetError) {
            for (index, reply) in replies.enumerated() {
                // A unit that is not there has none, and a target has none of a service's.
                if reply.isNoSuchProperty { continue }
                let unit = index / names.count
                let name = names[index % names.count].0
                var reader = MessageReader(try reply.get("to report the files of \(units[unit])"), name)
                var value = try reader.variant(name)
                try settings[unit].read(name, &value)
            }
        } catch { throw .stopped(error) }
        return settings
    }

    /// Two `Get` for each unit: every restart asks for this, and a `GetAll` of a service is kilobytes.
    func timeouts(
        of units: [UnitName], _ timeouts: Timeouts, _ heartbeat: Heartbeat
    ) throws(WireError) -> [UnitTimeouts] {
        let names = ["TimeoutStartUSec", "TimeoutStopUSec"]
        var calls: [Message] = []
        do throws(FleetError) {
            for unit in units {
                for name in names {
                    calls.append(try Manager.get(name, of: Manager.serviceInterface, at: UnitPath.of(unit)))
                }
            }
        } catch { throw .stopped(error) }
        let replies = try pipeline(calls, timeouts, heartbeat)
        var answers = units.map { _ in UnitTimeouts() }
        do throws(FleetError) {
            for (index, reply) in replies.enumerated() {
                // A unit that is not there has none, and a target has none of a service's.
                if reply.isNoSuchProperty { continue }
                let unit = index / names.count
                let name = names[index % names.count]
                var reader = MessageReader(try reply.get("to report the timeouts of \(units[unit])"), name)
                var value = try reader.variant(name)
                let timeout = UnitSettings.timeout(try value.uint64())
                if name == names[0] { answers[unit].start = timeout } else { answers[unit].stop = timeout }
            }
        } catch { throw .stopped(error) }
        return answers
    }
}

extension Connection {
    /// systemd's `UnitFileState` of each unit; empty for one that has no file.
    func unitFileStates(
        of units: [UnitName], _ timeouts: Timeouts, _ heartbeat: Heartbeat
    ) throws(WireError) -> [String] {
        var calls: [Message] = []
        do throws(FleetError) {
            for unit in units {
                calls.append(try Manager.get("UnitFileState", of: Manager.unitInterface, at: UnitPath.of(unit)))
            }
        } catch { throw .stopped(error) }
        let replies = try pipeline(calls, timeouts, heartbeat)
        var states: [String] = []
        do throws(FleetError) {
            for (unit, reply) in zip(units, replies) {
                guard !reply.isNoSuchProperty else {
                    states.append("")
                    continue
                }
                var reader = MessageReader(
                    try reply.get("to report whether \(unit) is enabled"), "the state of \(unit)")
                var value = try reader.variant("UnitFileState of \(unit)")
                states.append(try value.string())
            }
        } catch { throw .stopped(error) }
        return states
    }
}

extension UnitSettings {
    /// Reads what it knows of a `GetAll` answer and passes over the rest.
    mutating func read(_ answer: Message) throws(FleetError) {
        var reader = MessageReader(answer, "the settings of \(name)")
        try reader.properties { (key, value) throws(FleetError) in try read(key, &value) }
    }

    mutating func read(_ key: String, _ value: inout MessageReader) throws(FleetError) {
        switch key {
        case "FragmentPath": path = try value.string()
        case "DropInPaths": dropIns = try value.strings()
        case "ExecMainStartTimestamp": mainStartedAt = try value.uint64()
        case "NeedDaemonReload": needsReload = try value.boolean()
        case "StartLimitIntervalUSec": startLimitInterval = Self.duration(try value.uint64())
        case "StartLimitBurst": startLimitBurst = try value.uint32()
        case "Type": type = try value.string()
        case "KillMode": killMode = try value.string()
        case "Restart": restart = try value.string()
        case "RestartUSec": restartDelay = Self.duration(try value.uint64())
        case "TimeoutStartUSec": timeouts.start = Self.timeout(try value.uint64())
        case "TimeoutStopUSec": timeouts.stop = Self.timeout(try value.uint64())
        case "ExecStart":
            // a(sasbttttuii): the program's path, then its argument vector; how it ran is not asked here.
            commands = try value.array { (command) throws(FleetError) in
                var fields = try command.structure()
                _ = try fields.string()
                return try fields.strings()
            }
        case "Environment": if environment != nil { environment = try value.strings() }
        case "EnvironmentFiles":
            let files = try value.array { (file) throws(FleetError) in
                var fields = try file.structure()
                return try fields.string()
            }
            environmentFiles = files
            if !files.isEmpty { environment = nil }
        default: break
        }
    }

    /// systemd's `infinity` is the largest number, which no `Duration` in microseconds holds.
    fileprivate static func timeout(_ microseconds: UInt64) -> Duration? {
        microseconds == .max ? nil : duration(microseconds)
    }

    private static func duration(_ microseconds: UInt64) -> Duration { .microseconds(Int64(clamping: microseconds)) }
}
