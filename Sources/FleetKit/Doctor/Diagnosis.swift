internal import FleetGuard

/// What one check found.
package struct Diagnosis {
    package enum Level: String, Sendable, Comparable, CaseIterable {
        case ok
        /// Skipped, because another check failed.
        case skipped
        /// The fleet works, but not in every case.
        case warning
        /// Something cannot work.
        case failure

        package static func < (left: Level, right: Level) -> Bool {
            let order = allCases
            return order.firstIndex(of: left) ?? 0 < order.firstIndex(of: right) ?? 0
        }
    }

    package var level: Level
    /// One line, safe for a terminal.
    package var message: String
    /// What to do about it; empty where nothing has to be done.
    package var advice: String
    /// What `doctor --fix` does about it: nil where the operator has to decide.
    package var repair: Repair?

    package static func ok(_ message: String, repair: Repair? = nil) -> Diagnosis {
        Diagnosis(level: .ok, message: message, advice: "", repair: repair)
    }

    /// - Parameter check: the name of the check whose failure comes first.
    static func skipped(becauseOf check: String) -> Diagnosis {
        Diagnosis(level: .skipped, message: "fix '\(check)' first", advice: "")
    }

    package static func warning(_ message: String, advice: String, repair: Repair? = nil) -> Diagnosis {
        Diagnosis(level: .warning, message: message, advice: advice, repair: repair)
    }

    package static func failure(_ message: String, advice: String, repair: Repair? = nil) -> Diagnosis {
        Diagnosis(level: .failure, message: message, advice: advice, repair: repair)
    }
}

/// A repair that needs no confirmation: it stops, restarts and deletes nothing that is in use.
package struct Repair {
    /// What was done, once it was: `made /home/me/.config/mosaic/fleet/run`.
    package var done: String
    let apply: () throws(FleetError) -> Void

    init(_ done: String, apply: @escaping () throws(FleetError) -> Void) {
        self.done = done
        self.apply = apply
    }
}
