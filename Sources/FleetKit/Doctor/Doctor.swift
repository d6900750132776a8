internal import FleetGuard

/// Runs the checks, and repairs what can be repaired.
package struct Doctor {
    package struct Finding {
        /// The check's name.
        package var check: String
        package var diagnosis: Diagnosis
        /// What `treat` did before the diagnosis; nil when there was nothing to do.
        package var repaired: String?
    }

    private let checks: [any HealthCheck]

    package init(checks: [any HealthCheck] = HealthChecks.all) { self.checks = checks }

    /// One finding for each check, in order. Changes nothing.
    package func examine(_ fleet: HealthContext) -> [Finding] {
        var told: [String: String] = [:]
        return checks.map { Finding(check: $0.name, diagnosis: Self.diagnose($0, fleet, &told), repaired: nil) }
    }

    /// Examines, makes the repairs, and reports the state afterwards.
    package func treat(_ fleet: HealthContext) -> [Finding] {
        var told: [String: String] = [:]
        return checks.map { check in
            let before = Self.diagnose(check, fleet, &told)
            guard let repair = before.repair else {
                return Finding(check: check.name, diagnosis: before, repaired: nil)
            }
            do throws(FleetError) {
                try repair.apply()
            } catch {
                var diagnosis = before
                diagnosis.level = max(before.level, .warning)
                diagnosis.message += "; it could not be repaired: \(error.message)"
                diagnosis.advice = error.hint
                return Finding(check: check.name, diagnosis: diagnosis, repaired: nil)
            }
            fleet.forget()
            return Finding(check: check.name, diagnosis: Self.diagnose(check, fleet, &told), repaired: repair.done)
        }
    }

    /// 1 when a check failed; warnings leave it 0.
    package static func exitStatus(_ findings: [Finding]) -> ExitStatus {
        findings.contains { $0.diagnosis.level == .failure } ? .unitFailed : .done
    }

    /// - Parameter told: errors that were reported already, and by which check: without a manager most checks would say
    ///   the same.
    private static func diagnose(
        _ check: any HealthCheck, _ fleet: HealthContext, _ told: inout [String: String]
    ) -> Diagnosis {
        do throws(FleetError) {
            let diagnosis = try check.examine(fleet)
            if diagnosis.level == .failure { told[diagnosis.message] = check.name }
            return diagnosis
        } catch {
            if let first = told[error.message], first != check.name {
                return .skipped(becauseOf: first)
            }
            told[error.message] = check.name
            return .failure(error.message, advice: error.hint)
        }
    }
}
