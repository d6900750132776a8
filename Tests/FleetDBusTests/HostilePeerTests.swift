internal import CDBus
internal import FleetGuard
internal import FleetKit
import Testing

@testable internal import FleetDBus

/// Silence is over soon in tests.
let impatient: Timeouts = {
    var timeouts = Timeouts()
    timeouts.call = .milliseconds(300)
    timeouts.perCall = .zero
    timeouts.handshake = .milliseconds(300)
    timeouts.comeBack = .milliseconds(600)
    timeouts.reload = .milliseconds(300)
    timeouts.jobCheck = .milliseconds(100)
    return timeouts
}()

@Suite(.timeLimit(.minutes(10))) struct HostilePeer {
    private let unit: UnitName
    init() throws { unit = try UnitName("x.service") }

    private func manager(_ peer: ScriptedPeer) throws(FleetError) -> DBusServiceManager {
        try DBusServiceManager(address: peer.address, isPeerToPeer: true, timeouts: impatient)
    }

    @Test func aPeerThatNeverAuthenticatesIsNoManager() throws {
        let peer = ScriptedPeer(authenticates: false) { _ in [] }
        let error = #expect(throws: FleetError.self) { try manager(peer) }
        #expect(error?.code == .noServiceManager)
    }

    @Test func aPeerThatNeverAnswersIsNoManager() throws {
        let peer = ScriptedPeer { _ in [] }
        let error = #expect(throws: FleetError.self) { try manager(peer) }
        #expect(error?.code == .noServiceManager)
        #expect(error?.message.contains(peer.address) == true)
    }

    @Test func nobodyThereIsNoManager() throws {
        let error = #expect(throws: FleetError.self) {
            try DBusServiceManager(address: "unix:path=/nowhere/at/all", isPeerToPeer: true)
        }
        #expect(error?.code == .noServiceManager)
        #expect(error?.message.contains("/nowhere/at/all") == true)
    }

    @Test(arguments: ["", "nonsense", "unix:path=/a\0b", "unix:"])
    func aBadAddressIsNoManager(address: String) throws {
        let error = #expect(throws: FleetError.self) {
            try DBusServiceManager(address: address, isPeerToPeer: true)
        }
        #expect(error?.code == .noServiceManager)
    }

    @Test func silenceInTheMiddleEndsWithAnError() throws {
        let peer = ScriptedPeer { $0.member == "GetAll" ? [] : $0.healthyAnswer() }
        let manager = try manager(peer)
        let error = #expect(throws: FleetError.self) { try manager.states(of: [unit]) }
        #expect(error?.code == .noServiceManager)
    }

    @Test func aFloodOfSignalsIsNoAnswer() throws {
        let peer = ScriptedPeer { call in
            guard call.member == "GetAll" else { return call.healthyAnswer() }
            return (0..<5000).map { _ in .send(.signal("Reloading", .bool(true))) }
        }
        let manager = try manager(peer)
        #expect(throws: FleetError.self) { try manager.states(of: [unit]) }
    }

    /// A header that announces 112 MiB, garbage, and a text that is not UTF-8: libdbus drops the connection.
    @Test(arguments: [
        [0x6c, 2, 0, 1, 0, 0, 0, 7, 1, 0, 0, 0, 0, 0, 0, 0] as [UInt8], Array(repeating: 0xff, count: 64),
        [
            0x6c, 2, 0, 1, 6, 0, 0, 0, 9, 0, 0, 0, 15, 0, 0, 0, 5, 1, 0x75, 0, 3, 0, 0, 0, 8, 1, 0x67, 0, 1, 0x73, 0,
            0, 1, 0, 0, 0, 0xff, 0,
        ],
    ])
    func bytesThatAreNoMessageEndTheConnection(bytes: [UInt8]) throws {
        let peer = ScriptedPeer { $0.member == "GetAll" ? [.bytes(bytes)] : $0.healthyAnswer() }
        let manager = try manager(peer)
        let error = #expect(throws: FleetError.self) { try manager.states(of: [unit]) }
        #expect(error?.code == .noServiceManager)
    }

    @Test func anAnswerOfAnotherTypeIsAnErrorAndTheNextQuestionWorks() throws {
        let peer = ScriptedPeer { call in
            call.member == "GetAll" && call.connection == 1
                ? [.send(.answer(.uint32(1)))] : call.healthyAnswer()
        }
        let manager = try manager(peer)
        let error = #expect(throws: FleetError.self) { try manager.states(of: [unit]) }
        #expect(error?.message.contains("cannot be understood") == true)
        #expect(try manager.states(of: [unit]).map(\.activeState) == ["active"])
    }

    @Test func aConnectionThatEndsIsOpenedAgain() throws {
        let peer = ScriptedPeer { call in
            call.member == "GetAll" && call.connection == 1 ? [.close] : call.healthyAnswer()
        }
        #expect(try manager(peer).states(of: [unit, unit]).map(\.mainPID) == [42, 42])
    }

    @Test func aConnectionThatAlwaysEndsIsAnError() throws {
        let peer = ScriptedPeer { $0.member == "GetAll" ? [.close] : $0.healthyAnswer() }
        let manager = try manager(peer)
        #expect(throws: FleetError.self) { try manager.states(of: [unit]) }
    }

    @Test func aThousandUnitsFitThroughTheWindow() throws {
        let peer = ScriptedPeer { $0.healthyAnswer() }
        var patient = impatient
        patient.call = .seconds(30)
        let manager = try DBusServiceManager(address: peer.address, isPeerToPeer: true, timeouts: patient)
        let units = try (0..<1000).map { (number) throws in try UnitName("u\(number).service") }
        let states = try manager.states(of: units)
        #expect(states.map(\.name) == units)
        #expect(states.allSatisfy { $0.restarts == 3 })
    }

    @Test(arguments: ["GetUnitProcesses", "ListUnitsByPatterns"])
    func aListOfAnotherTypeIsAnError(member: String) throws {
        let peer = ScriptedPeer { call in
            call.member == member ? [.send(.answer(.strings(["x.service"])))] : call.healthyAnswer()
        }
        let manager = try manager(peer)
        #expect(throws: FleetError.self) {
            if member == "GetUnitProcesses" {
                _ = try manager.processes(of: unit)
            } else {
                _ = try manager.loadedUnits(matching: ["*"])
            }
        }
    }

    @Test func aPatternWithANULIsRefused() throws {
        let peer = ScriptedPeer { $0.healthyAnswer() }
        let manager = try manager(peer)
        let error = #expect(throws: FleetError.self) { try manager.loadedUnits(matching: ["a\0*"]) }
        #expect(error?.code == .usage)
    }
}
