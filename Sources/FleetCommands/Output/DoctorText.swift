internal import FleetKit

/// `doctor` for people: a line for each check, then how many of each.
struct DoctorText {
    private let findings: [Doctor.Finding]
    private let style: Style
    private let isQuiet: Bool

    /// - Parameter isQuiet: leaves out what is well and was so before.
    init(_ findings: [Doctor.Finding], style: Style, isQuiet: Bool) {
        self.findings = findings
        self.style = style
        self.isQuiet = isQuiet
    }

    func render() -> String {
        let width = findings.map(\.check.count).max() ?? 0
        var lines: [String] = []
        for finding in findings where !isQuiet || finding.diagnosis.level != .ok || finding.repaired != nil {
            let word = finding.diagnosis.level.rawValue.padded(to: 7)
            let check = finding.check.padded(to: width)
            lines.append("\(paint(finding.diagnosis.level)(word))  \(check)  \(text(finding))")
        }
        lines.append(summary)
        return lines.joined(separator: "\n")
    }

    private func text(_ finding: Doctor.Finding) -> String {
        var text = finding.diagnosis.message
        if let repaired = finding.repaired { text += style.dim(" (repaired: \(repaired))") }
        if !finding.diagnosis.advice.isEmpty { text += style.bold("; fix: ") + finding.diagnosis.advice }
        return text
    }

    private var summary: String {
        let counts = Diagnosis.Level.allCases.compactMap { level -> String? in
            let count = findings.count { $0.diagnosis.level == level }
            guard count > 0 else { return nil }
            return level == .ok ? "\(count) ok" : "\(count) \(level.rawValue)\(count == 1 ? "" : "s")"
        }
        let repairable = findings.filter { $0.repaired == nil && $0.diagnosis.repair != nil }
        let offer =
            repairable.isEmpty || repairable.allSatisfy { $0.diagnosis.level == .ok }
            ? "" : "; 'mosaic fleet doctor --fix' repairs \(repairable.map(\.check).joined(separator: ", "))"
        return counts.joined(separator: ", ") + offer
    }

    private func paint(_ level: Diagnosis.Level) -> (String) -> String {
        switch level {
        case .ok: style.good
        case .warning: style.warn
        case .failure: style.bad
        }
    }
}

/// `doctor --json`.
struct DoctorDocument: Encodable {
    struct Check: Encodable {
        var check: String
        /// `ok`, `warning` or `failure`.
        var level: String
        var message: String
        /// What to do; left out where nothing has to be done.
        var fix: String?
        /// `--fix` can do it.
        var repairable: Bool
        /// What `--fix` did.
        var repaired: String?
    }

    let schemaVersion = 1
    let command = "doctor"
    /// No check failed.
    var ok: Bool
    var checks: [Check]

    init(_ findings: [Doctor.Finding]) {
        ok = Doctor.exitStatus(findings) == .done
        checks = findings.map { finding in
            let diagnosis = finding.diagnosis
            return Check(
                check: finding.check, level: diagnosis.level.rawValue, message: diagnosis.message,
                fix: diagnosis.advice.isEmpty ? nil : diagnosis.advice, repairable: diagnosis.repair != nil,
                repaired: finding.repaired)
        }
    }
}
