import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("The doctor")
struct DoctorTests {
    private struct Scripted: HealthCheck {
        let name = "scripted"
        let diagnosis: @Sendable () throws(FleetError) -> Diagnosis
        func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis { try diagnosis() }
    }

    @Test func everyCheckHasANameOfItsOwn() {
        let names = HealthChecks.all.map(\.name)
        #expect(Set(names).count == names.count && names.count > 15)
        #expect(names.allSatisfy { $0.allSatisfy { $0.isLowercase || $0 == "-" } })
    }

    @Test func onlyAFailureIsAFailure() throws {
        let fleet = try Ward().fleet
        func status(_ diagnosis: @escaping @Sendable () throws(FleetError) -> Diagnosis) -> FleetKit.ExitStatus {
            Doctor.exitStatus(Doctor(checks: [Scripted(diagnosis: diagnosis)]).examine(fleet))
        }
        #expect(status { .ok("") } == .done)
        #expect(status { .warning("", advice: "") } == .done)
        #expect(status { .failure("", advice: "") } == .unitFailed)
        // What kept a check from looking is not taken for health.
        #expect(status { () throws(FleetError) in throw FleetError(.io, "broken", hint: "mend") } == .unitFailed)
    }

    @Test func aRepairThatFailsIsToldWithItsReason() throws {
        let check = Scripted(diagnosis: {
            .ok(
                "well",
                repair: Repair("done") { () throws(FleetError) in throw FleetError(.io, "no space", hint: "free some") }
            )
        })
        let finding = Doctor(checks: [check]).treat(try Ward().fleet)[0]
        #expect(finding.repaired == nil)
        #expect(finding.diagnosis.level == .warning)
        #expect(finding.diagnosis.message == "well; it could not be repaired: no space")
        #expect(finding.diagnosis.advice == "free some")
    }

    @Test func oneTroubleIsToldOnce() throws {
        let ward = try Ward()
        ward.connection = .init(manager: .failure(FleetError(.noServiceManager, "nobody answers", hint: "do this")))
        let findings = Doctor(checks: [ManagerCheck(), HolderCheck(), AgentsCheck()]).examine(ward.fleet)
        #expect(findings.map(\.diagnosis.level) == [.failure, .skipped, .skipped])
        #expect(
            findings.map(\.diagnosis.message) == ["nobody answers"]
                + [String](repeating: "fix 'manager' first", count: 2))
    }

    @Test func whatMakesTheRunDirectoryUnsafeIsToldOnce() throws {
        let ward = try Ward()
        chmod(ward.home.runDirectory, 0o777)
        let findings = Doctor(checks: [RunDirectoryCheck(), LeftoversCheck()]).examine(ward.fleet)
        #expect(findings[0].diagnosis.message == "\(ward.home.runDirectory) is group- or world-writable")
        #expect(findings[1].diagnosis.message == "fix 'run-directory' first")
    }

    @Test func aLookRepairsNothing() throws {
        let check = Scripted(diagnosis: {
            .warning(
                "ill", advice: "mend", repair: Repair("mended") { () throws(FleetError) in Issue.record("repaired") })
        })
        #expect(Doctor(checks: [check]).examine(try Ward().fleet)[0].repaired == nil)
    }

    @Test func everythingIsWellInAnOrdinaryFleet() throws {
        let ward = try Ward()
        let checks: [any HealthCheck] = [
            ManagerCheck(), RuntimeDirectoryCheck(), RosterCheck(), UnitFilesCheck(), HolderCheck(), AgentsCheck(),
            RestartLimitsCheck(), RunDirectoryCheck(), KernelLockCheck(), LeftoversCheck(),
        ]
        let findings = Doctor(checks: checks).examine(ward.fleet)
        #expect(findings.allSatisfy { $0.diagnosis.level == .ok && $0.diagnosis.advice.isEmpty })
    }
}
