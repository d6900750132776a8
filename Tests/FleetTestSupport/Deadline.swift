internal import Glibc

/// What a test waited for and did not get.
package struct DeadlineMissed: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Returns as soon as `condition` gives a value; looks every two milliseconds.
/// - Throws: `DeadlineMissed` with `what` and what `state` says.
@discardableResult
package func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(60), state: @autoclosure () -> String = "",
    _ condition: () throws -> Value?
) throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try condition() { return value }
        guard ContinuousClock.now < deadline else {
            throw DeadlineMissed("not within \(limit): \(what); \(state())")
        }
        usleep(2_000)
    }
}

/// Returns as soon as `condition` holds.
package func eventually(
    _ what: String, within limit: Duration = .seconds(60), state: @autoclosure () -> String = "",
    _ condition: () throws -> Bool
) throws {
    try eventually(what, within: limit, state: state()) { try condition() ? () : nil }
}
