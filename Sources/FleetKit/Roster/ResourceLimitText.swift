internal import FleetGuard

/// Limits as systemd's unit files have them, checked before systemd would only warn in its log and leave the limit out.
enum ResourceLimitText {
    /// `MemoryMax=`: bytes with K, M, G or T (powers of 1024; a fraction is allowed), a percentage of the machine's
    /// memory, or `infinity`.
    ///
    /// - Throws: `.usage`, naming the rule.
    static func memory(_ text: String) throws(FleetError) -> String {
        let hint = "write it like \"512M\", \"4G\", \"50%\" or \"infinity\""
        if text == "infinity" { return text }
        if text.ends(with: "%") { return try percentage(text, limit: 100, hint: hint) }
        var digits = text[...]
        var unit: Double = 1
        if let last = text.last, let power = "KMGT".firstIndex(of: last) {
            digits.removeLast()
            for _ in 0...("KMGT".distance(from: "KMGT".startIndex, to: power)) { unit *= 1024 }
        }
        guard let number = decimal(digits) else { throw refuse(text, "is not an amount of memory", hint: hint) }
        let bytes = number * unit
        // Less would end the agent before it has begun; it is a unit that was forgotten.
        guard bytes >= 0x1p20 else {
            throw refuse(text, unit == 1 ? "is in bytes, and less than 1M" : "is less than 1M", hint: hint)
        }
        guard bytes < 0x1p63 else { throw refuse(text, "is more than any machine has", hint: hint) }
        return text
    }

    /// `CPUQuota=`: a percentage of one CPU, which may be more than 100. `infinity` is no quota.
    ///
    /// - Throws: `.usage`, naming the rule.
    static func cpu(_ text: String) throws(FleetError) -> String {
        if text == "infinity" { return text }
        return try percentage(
            text, limit: 1_000_000, hint: "write it like \"50%\", \"200%\" (two CPUs) or \"infinity\"")
    }

    /// `TasksMax=`: a number of processes and threads, a percentage of the machine's, or `infinity`.
    ///
    /// - Throws: `.usage`, naming the rule.
    static func tasks(_ text: String) throws(FleetError) -> String {
        let hint = "write it like 500, \"10%\" or \"infinity\""
        if text == "infinity" { return text }
        if text.ends(with: "%") { return try percentage(text, limit: 100, hint: hint) }
        guard !text.isEmpty, text.utf8.allSatisfy(\.isASCIIDigit), let number = Int64(text), number > 0 else {
            throw refuse(text, "is not a number of tasks", hint: hint)
        }
        return text
    }

    /// systemd reads at most two digits after the point.
    private static func percentage(_ text: String, limit: Double, hint: String) throws(FleetError) -> String {
        guard let digits = text.before("%"), let number = decimal(digits),
            (digits.halves(at: ".")?.1.utf8.count ?? 0) <= 2
        else {
            throw refuse(text, "is not a percentage", hint: hint)
        }
        guard number > 0, number <= limit else {
            throw refuse(text, number > 0 ? "is more than \(Int(limit))%" : "is zero", hint: hint)
        }
        return text
    }

    /// Digits, or digits, a point and digits; nothing else that a number may look like.
    private static func decimal(_ text: Substring) -> Double? {
        let parts = text.parts(at: ".", keepingEmpty: true)
        guard parts.count <= 2, text.utf8.count <= 20,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(\.isASCIIDigit) })
        else { return nil }
        return Double(String(text))
    }

    private static func refuse(_ text: String, _ why: String, hint: String) -> FleetError {
        FleetError(.usage, "'\(Printable.oneLine(text))' \(why)", hint: hint)
    }
}
