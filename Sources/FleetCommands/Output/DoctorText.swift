internal import FleetGuard
internal import FleetKit

/// `doctor` for people: a line for each check, then how many of each.
struct DoctorText {
    let findings: [Doctor.Finding]
    let style: Style
    /// Leaves out what is well and was so before.
    let isQuiet: Bool
    /// Columns of the terminal; nil: a line for each check, however long.
    var width: Int?

    func render() -> String {
        let labelWidth = findings.map(\.check.count).max() ?? 0
        var lines: [String] = []
        for finding in findings
        where finding.diagnosis.level != .skipped
            && (!isQuiet || finding.diagnosis.level != .ok || finding.repaired != nil)
        {
            let word = finding.diagnosis.level.rawValue.padded(to: 7)
            let check = finding.check.padded(to: labelWidth)
            let head = "\(paint(finding.diagnosis.level)(word))  \(check)  "
            lines += hanging(head, 7 + 2 + labelWidth + 2, parts(finding))
        }
        lines += skipped
        return (lines + hanging("", 0, [summary])).joined(separator: "\n")
    }

    /// The checks that were not made, in one line for each reason.
    private var skipped: [String] {
        findings.filter { $0.diagnosis.level == .skipped }.grouped { $0.diagnosis.message }.flatMap {
            reason, findings in
            let names = findings.map(\.check).joined(separator: ", ")
            return hanging(style.dim("skipped") + "  ", 9, ["\(names): \(reason)"])
        }
    }

    /// What was found, and what to do.
    private func parts(_ finding: Doctor.Finding) -> [String] {
        var parts = [finding.diagnosis.message]
        if let repaired = finding.repaired { parts[0] += " (repaired: \(repaired))" }
        if !finding.diagnosis.advice.isEmpty { parts.append("fix: " + finding.diagnosis.advice) }
        return parts
    }

    /// On a terminal each part begins a line and is broken at words, below its beginning; elsewhere all is one line.
    private func hanging(_ head: String, _ indent: Int, _ parts: [String]) -> [String] {
        guard let width, width > indent + 20 else { return [head + parts.joined(separator: "; ")] }
        let lines = parts.flatMap { TextColumns.wrap($0, to: width - indent) }
        let blank = String(repeating: " ", count: indent)
        return lines.enumerated().map { index, line in
            (index == 0 ? head : blank)
                + (line.after("fix:").map { style.bold("fix:") + $0 } ?? line)
        }
    }

    private var summary: String {
        let counts = Diagnosis.Level.allCases.compactMap { level -> String? in
            let count = findings.count { $0.diagnosis.level == level }
            guard count > 0 else { return nil }
            return level == .ok || level == .skipped
                ? "\(count) \(level.rawValue)" : "\(count) \(level.rawValue)\(count == 1 ? "" : "s")"
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
        case .skipped: style.dim
        case .warning: style.warn
        case .failure: style.bad
        }
    }
}

extension JSONObject {
    /// `doctor --json`.
    static func doctor(_ findings: [Doctor.Finding]) -> Self {
        [
            "schemaVersion": 1, "command": "doctor",
            // No check failed.
            "ok": Doctor.exitStatus(findings) == .done,
            "checks": findings.map { finding in
                let diagnosis = finding.diagnosis
                return [
                    // `ok`, `skipped`, `warning` or `failure`.
                    "check": finding.check, "level": diagnosis.level.rawValue, "message": diagnosis.message,
                    // What to do; left out where nothing has to be done.
                    "fix": diagnosis.advice.isEmpty ? nil : diagnosis.advice,
                    // By --fix: what it can do, and what it did.
                    "repairable": diagnosis.repair != nil, "repaired": finding.repaired,
                ] as Self
            },
        ]
    }
}
