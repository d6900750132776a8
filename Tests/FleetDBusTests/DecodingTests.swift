internal import FleetGuard
internal import FleetKit
import Testing

@testable internal import FleetDBus

/// A unit as systemd 252 tells it; tests change one property at a time.
let healthyUnit: [String: Value] = [
    "Description": .string("an agent"), "LoadState": .string("loaded"), "ActiveState": .string("active"),
    "SubState": .string("running"),
    "InvocationID": .bytes(Array(repeating: 0xab, count: 15) + [0x01]), "ActiveEnterTimestamp": .uint64(17),
    "ConditionResult": .bool(true), "ConditionTimestampMonotonic": .uint64(5), "Job": .job(0, "/"),
    "Requires": .strings(["a.service"]), "Requisite": .strings([]), "BindsTo": .strings(["b.service"]),
    "After": .strings(["c.target"]), "SomethingNew": .strings(["?"]),
]
let healthyService: [String: Value] = [
    "Result": .string("success"), "MainPID": .uint32(42), "NRestarts": .uint32(3), "MemoryCurrent": .uint64(4096),
    "CPUUsageNSec": .uint64(8192),
    "ControlGroup": .string("/app.slice/x.service"), "ExecMainCode": .int32(1), "ExecMainStatus": .int32(2),
    "StatusText": .string("well"),
]

@Suite struct Decoding {
    private let unit: UnitName
    init() throws { unit = try UnitName("x.service") }

    private func state(_ properties: [String: Value]) throws(FleetError) -> UnitState {
        var collected = UnitProperties(unit)
        try collected.read(all: .propertiesAnswer(properties))
        return try collected.unitState()
    }

    @Test func everyFieldOfAStateIsFilled() throws {
        let state = try state(healthyUnit.merging(healthyService) { $1 })
        var expected = UnitState(
            name: unit, loadState: "loaded", activeState: "active", subState: "running", result: "success",
            mainPID: 42, restarts: 3, invocationID: "abababababababababababababababab".dropLast(2) + "01",
            activeSince: 17, memory: 4096, controlGroup: "/app.slice/x.service", conditionResult: true, job: nil,
            mainExit: .init(code: 1, status: 2), requirements: state.requirements, after: ["c.target"])
        expected.description = "an agent"
        expected.statusText = "well"
        expected.cpu = 8192
        #expect(state == expected)
        #expect(Set(state.requirements) == ["a.service", "b.service"])
    }

    @Test func valuesThatMeanNothingAreNone() throws {
        var properties = healthyUnit.merging(healthyService) { $1 }
        properties["MemoryCurrent"] = .uint64(.max)
        properties["InvocationID"] = .bytes(Array(repeating: 0, count: 16))
        properties["ExecMainCode"] = .int32(0)
        properties["MainPID"] = .uint32(.max)
        let state = try state(properties)
        #expect(state.memory == nil)
        #expect(state.invocationID == "")
        #expect(state.mainExit == nil)
        #expect(state.mainPID == Int32.max)
    }

    @Test func aJobIsTheUnitsOwn() throws {
        var properties = healthyUnit
        properties["Job"] = .job(9, "/org/freedesktop/systemd1/job/9")
        #expect(try state(properties).job == .init(id: 9))
    }

    /// ConditionResult is false, too, while no start has looked.
    @Test(arguments: [(false, 0, true), (false, 5, false), (true, 5, true)] as [(Bool, UInt64, Bool)])
    func onlyAConditionThatWasLookedAtCounts(result: Bool, time: UInt64, expected: Bool) throws {
        var properties = healthyUnit
        properties["ConditionResult"] = .bool(result)
        properties["ConditionTimestampMonotonic"] = .uint64(time)
        #expect(try state(properties).conditionResult == expected)
    }

    @Test(arguments: UnitProperties.Field.allCases)
    func aPropertyOfAnotherTypeIsAnErrorThatNamesIt(field: UnitProperties.Field) throws {
        let wrong: [Value] = [.string("x"), .uint32(1), .strings(["x"]), .bool(true), .bytes([1]), .path("/")]
        let right = healthyUnit.merging(healthyService) { $1 }[field.rawValue]?.signature
        for value in wrong where value.signature != right {
            var properties = healthyUnit.merging(healthyService) { $1 }
            properties[field.rawValue] = value
            let error = #expect(throws: FleetError.self) { try self.state(properties) }
            #expect(error?.code == .noServiceManager)
            #expect(error?.message.contains(field.rawValue) == true)
        }
    }

    @Test(arguments: ["LoadState", "ActiveState", "SubState"])
    func aStateWithoutItsCoreIsAnError(missing: String) throws {
        var properties = healthyUnit
        properties[missing] = nil
        #expect(throws: FleetError.self) { try self.state(properties) }
    }

    @Test func anAnswerThatIsNoDictionaryOrIsEmptyIsAnError() {
        for answer in [Message.answer(), .answer(.string("x")), .answer(.strings(["a"])), .error("a.b", "c")] {
            var collected = UnitProperties(unit)
            #expect(throws: FleetError.self) { try collected.read(all: answer) }
        }
    }

    @Test func readingPastTheEndIsAnError() throws {
        var reader = MessageReader(.answer(.uint32(7)), "a test")
        #expect(try reader.uint32() == 7)
        #expect(reader.isAtEnd)
        #expect(throws: FleetError.self) { try reader.uint32() }
        #expect(throws: FleetError.self) { try reader.structure() }
        #expect(throws: FleetError.self) { try reader.strings() }
    }

    @Test func signalsAreReadAndMalformedOnesIgnored() {
        let job = Value.path("/org/freedesktop/systemd1/job/7")
        let good = Message.signal("JobRemoved", .uint32(7), job, .string("x.service"), .string("failed"))
        #expect(ManagerSignal(good, managerName: nil) == .jobRemoved(id: 7, result: .failed))
        #expect(ManagerSignal(.signal("Reloading", .bool(false)), managerName: nil) == .reloading(false))
        #expect(ManagerSignal(.signal("JobRemoved", .string("7")), managerName: nil) == nil)
        #expect(ManagerSignal(.signal("JobRemoved"), managerName: nil) == nil)
        #expect(ManagerSignal(.signal("Reloading", .uint32(1)), managerName: nil) == nil)
        #expect(ManagerSignal(.answer(), managerName: nil) == nil)
    }

    /// Any client of a bus can send a signal that looks like the manager's.
    @Test func onABusOnlyTheManagersOwnSignalsCount() {
        let job = Value.path("/org/freedesktop/systemd1/job/7")
        let forged = Message.signal("JobRemoved", .uint32(7), job, .string("x.service"), .string("done"))
        #expect(ManagerSignal(forged, managerName: ":1.4") == nil)
    }

    @Test func theLastStartsConditionIsReadFromTheChange() {
        let path = UnitPath.of(unit)
        let skipped = Message.conditionSignal(path: path, held: false, time: 5)
        #expect(ManagerSignal(skipped, managerName: nil) == .condition(unitPath: path, held: false))
        #expect(ManagerSignal(.conditionSignal(path: path, held: false, time: 0), managerName: nil) == nil)
    }

    @Test func textThatLibdbusWouldAbortOnNeverReachesIt() throws {
        let call = try Manager.call("StartUnit")
        #expect(throws: FleetError.self) { try call.adding("a\0b") }
        #expect(throws: FleetError.self) { try call.adding(["a", "\0"]) }
        for (member, interface, path, name) in [
            ("Start Unit", "a.b", "/", "a.b"), ("Start", "a", "/", "a.b"), ("Start", "a.b", "x", "a.b"),
            ("Start", "a.b", "/a//b", "a.b"), ("Start", "a.b", "/", ""), ("Sta\0rt", "a.b", "/", "a.b"),
        ] {
            #expect(throws: FleetError.self) { try Message.call(member, of: interface, at: path, to: name) }
        }
    }
}
