internal import FleetGuard
internal import FleetKit

extension Connection {
    /// Two `GetAll` for each unit. Nobody waits for this in the middle of a restart, so a few kilobytes do not matter.
    func settings(of units: [UnitName], _ heartbeat: Heartbeat) throws(WireError) -> [UnitSettings] {
        try read([(nil, Manager.unitInterface), (nil, Manager.serviceInterface)], of: units, "settings", heartbeat)
    }

    /// Five `Get` for each unit: `status -o wide` asks for this, and a `GetAll` of a service is kilobytes.
    func files(of units: [UnitName], _ heartbeat: Heartbeat) throws(WireError) -> [UnitSettings] {
        let properties: [(name: String?, interface: String)] =
            ["FragmentPath", "DropInPaths", "NeedDaemonReload"].map { ($0, Manager.unitInterface) }
            + ["ExecMainStartTimestamp", "EnvironmentFiles"].map { ($0, Manager.serviceInterface) }
        return try read(properties, of: units, "files", heartbeat)
    }

    /// Two `Get` for each unit: every restart asks for this, and a `GetAll` of a service is kilobytes.
    func timeouts(of units: [UnitName], _ heartbeat: Heartbeat) throws(WireError) -> [UnitTimeouts] {
        try read(
            [("TimeoutStartUSec", Manager.serviceInterface), ("TimeoutStopUSec", Manager.serviceInterface)],
            of: units, "timeouts", heartbeat
        ).map(\.timeouts)
    }

    private func read(
        _ properties: [(name: String?, interface: String)], of units: [UnitName], _ what: String,
        _ heartbeat: Heartbeat
    ) throws(WireError) -> [UnitSettings] {
        let questions = units.flatMap { unit in
            properties.map { PropertyQuestion(name: $0.name, interface: $0.interface, path: UnitPath.of(unit)) }
        }
        var settings = units.map { UnitSettings(name: $0) }
        try ask(questions, heartbeat) { (index, reply) throws(FleetError) in
            // A unit that is not there has none, and a target has none of a service's.
            if reply.isNoSuchProperty { return }
            let unit = index / properties.count
            let answer = try reply.get("to report the \(what) of \(units[unit])")
            guard let name = questions[index].name else { return try settings[unit].read(answer) }
            var value = try answer.variant(name)
            try settings[unit].read(name, &value)
        }
        return settings
    }

    /// systemd's `UnitFileState` of each unit; empty for one that has no file.
    func unitFileStates(of units: [UnitName], _ heartbeat: Heartbeat) throws(WireError) -> [String] {
        let questions = units.map {
            PropertyQuestion(name: "UnitFileState", interface: Manager.unitInterface, path: UnitPath.of($0))
        }
        var states: [String] = []
        try ask(questions, heartbeat) { (index, reply) throws(FleetError) in
            guard !reply.isNoSuchProperty else { return states.append("") }
            let unit = units[index]
            var reader = MessageReader(
                try reply.get("to report whether \(unit) is enabled"), "the state of \(unit)")
            var value = try reader.variant("UnitFileState of \(unit)")
            states.append(try value.string())
        }
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
    private static func timeout(_ microseconds: UInt64) -> Duration? {
        microseconds == .max ? nil : duration(microseconds)
    }

    private static func duration(_ microseconds: UInt64) -> Duration { .microseconds(Int64(clamping: microseconds)) }
}
