internal import FoundationEssentials

/// A value as one line of JSON: what every record, event and document of the program is.
package enum JSONLine {
    /// The keys are in order, so that the same value is the same line.
    ///
    /// - Parameter what: for the error: `the lock record`.
    /// - Returns: the line with its end.
    /// - Throws: `.io` for a number that JSON does not have.
    package static func bytes(_ value: some Encodable, of what: String) throws(FleetError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
        } catch {
            throw FleetError(.io, "\(what) cannot be written as JSON: \(error)", hint: "report this as a bug")
        }
    }
}
