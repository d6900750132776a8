internal import FleetGuard
internal import FleetKit

/// The properties that a `UnitState` is made of, collected one by one.
struct UnitProperties {
    enum Field: String, CaseIterable {
        case description = "Description"
        case loadState = "LoadState"
        case activeState = "ActiveState"
        case subState = "SubState"
        case invocationID = "InvocationID"
        case activeSince = "ActiveEnterTimestamp"
        case inactiveSince = "InactiveEnterTimestamp"
        case conditionResult = "ConditionResult"
        case conditionTime = "ConditionTimestampMonotonic"
        case job = "Job"
        case requires = "Requires"
        case requisite = "Requisite"
        case bindsTo = "BindsTo"
        case after = "After"
        // From here on the properties of services
        case result = "Result"
        case mainPID = "MainPID"
        case restarts = "NRestarts"
        case memory = "MemoryCurrent"
        case cpu = "CPUUsageNSec"
        case controlGroup = "ControlGroup"
        case mainCode = "ExecMainCode"
        case mainStatus = "ExecMainStatus"
        case statusText = "StatusText"

        var isOfService: Bool {
            switch self {
            case .result, .mainPID, .restarts, .memory, .cpu, .controlGroup, .mainCode, .mainStatus, .statusText: true
            default: false
            }
        }

        var interface: String { isOfService ? Manager.serviceInterface : Manager.unitInterface }

        /// Without the text that only a failure is asked for.
        static let ofService = allCases.filter { $0.isOfService && $0 != .statusText }
        /// Which run of the unit it is: each has an InvocationID of its own, and NRestarts counts the automatic ones.
        static let ofRun: [Field] = [.invocationID, .restarts]
        /// What `ListUnitsByNames` does not tell of a service that is active. Its Result is `success` as long as it is:
        /// systemd resets it at each start and writes a failure only on the way down.
        static let ofOverview: [Field] = [.invocationID, .activeSince, .mainPID, .restarts, .memory, .statusText]
    }

    private var state: UnitState
    private var seen: Set<Field> = []
    private var conditionTime: UInt64 = 0
    private var mainCode: Int32 = 0
    private var mainStatus: Int32 = 0

    init(_ name: UnitName) {
        state = UnitState(name: name)
    }

    /// - Parameter row: of the manager's list, which has the load, active and sub state.
    init(row: UnitState) {
        state = row
        seen = [.loadState, .activeState, .subState]
    }

    /// Reads every known property of a `GetAll` answer and passes over the others.
    mutating func read(all reply: Message) throws(FleetError) {
        var reader = MessageReader(reply, "the properties of \(state.name)")
        try reader.properties { (key, value) throws(FleetError) in
            if let field = Field(rawValue: key) { try read(field, from: &value) }
        }
    }

    /// Reads a `Get` answer.
    mutating func read(_ field: Field, in reply: Message) throws(FleetError) {
        var value = try reply.variant("\(field.rawValue) of \(state.name)")
        try read(field, from: &value)
    }

    /// - Throws: when a property is missing without which nothing can be judged.
    func unitState() throws(FleetError) -> UnitState {
        for field in [Field.loadState, .activeState, .subState] where !seen.contains(field) {
            throw WireError.unreadable("\(state.name) has no \(field.rawValue)")
        }
        var state = state
        // ConditionResult is false, too, if no start has checked the conditions yet.
        if conditionTime == 0 { state.conditionResult = true }
        if mainCode != 0 { state.mainExit = .init(code: mainCode, status: mainStatus) }
        return state
    }

    private mutating func read(_ field: Field, from value: inout MessageReader) throws(FleetError) {
        seen.insert(field)
        switch field {
        case .description: state.description = try value.string()
        case .loadState: state.loadState = try value.string()
        case .activeState: state.activeState = try value.string()
        case .subState: state.subState = try value.string()
        case .invocationID: state.invocationID = Self.hexadecimal(try value.bytes())
        case .activeSince: state.activeSince = try value.uint64()
        case .inactiveSince: state.inactiveSince = try value.uint64()
        case .conditionResult: state.conditionResult = try value.boolean()
        case .conditionTime: conditionTime = try value.uint64()
        case .job: state.job = try Self.job(&value)
        case .requires, .requisite, .bindsTo: state.requirements += try value.strings()
        case .after: state.after = try value.strings()
        case .result: state.result = try value.string()
        case .mainPID: state.mainPID = Int32(clamping: try value.uint32())
        case .restarts: state.restarts = try value.uint32()
        case .memory:
            let bytes = try value.uint64()
            // systemd's "not accounted"
            state.memory = bytes == .max ? nil : bytes
        case .cpu:
            let nanoseconds = try value.uint64()
            state.cpu = nanoseconds == .max ? nil : nanoseconds
        case .controlGroup: state.controlGroup = try value.string()
        case .mainCode: mainCode = try value.int32()
        case .mainStatus: mainStatus = try value.int32()
        case .statusText: state.statusText = try value.string()
        }
    }

    /// `(uo)`: the job's number and object path; number 0 = there is none.
    static func job(_ value: inout MessageReader) throws(FleetError) -> UnitState.Job? {
        var pair = try value.structure()
        let id = try pair.uint32()
        _ = try pair.objectPath()
        return id == 0 ? nil : .init(id: id)
    }

    /// `a(sasbttttuii)`: how the last of the commands that ran ended; nil: none has.
    static func commandExit(_ value: inout MessageReader) throws(FleetError) -> UnitState.MainExit? {
        let exits = try value.array { (command) throws(FleetError) -> UnitState.MainExit? in
            var fields = try command.structure()
            _ = try fields.string()
            _ = try fields.strings()
            _ = try fields.boolean()
            for _ in 0..<4 { _ = try fields.uint64() }
            _ = try fields.uint32()
            let code = try fields.int32()
            let status = try fields.int32()
            return code == 0 ? nil : .init(code: code, status: status)
        }
        return exits.compactMap { $0 }.last
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        guard bytes.contains(where: { $0 != 0 }) else { return "" }
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Whether the conditions held, out of a `PropertiesChanged`.
    ///
    /// Needed because systemd forgets a unit that is down and that nothing refers to, at once: after a start that a
    /// condition skipped, the unit's properties say that no start ever was. (`RefUnit` would keep it, but not for a
    /// private socket.)
    struct Conditions {
        private var result: Bool?
        private var time: UInt64?

        /// nil: not reported, or no start has checked the conditions yet.
        var held: Bool? { (time ?? 0) == 0 ? nil : result }

        mutating func read(_ reader: inout MessageReader) throws(FleetError) {
            try reader.properties { (key, value) throws(FleetError) in
                switch Field(rawValue: key) {
                case .conditionResult: result = try value.boolean()
                case .conditionTime: time = try value.uint64()
                default: break
                }
            }
        }
    }
}
