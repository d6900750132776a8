internal import FleetGuard
internal import FleetKit

/// Why a conversation with the manager ended early. Only `lost` can be mended: by a new connection.
enum WireError: Error {
    /// The connection broke, the manager fell silent or left the bus. What was sent and not answered may or may not
    /// have been taken.
    case lost(FleetError)
    /// The supervisor's refusal, or an answer that makes no sense: a new connection would not help.
    case stopped(FleetError)

    var error: FleetError {
        switch self {
        case .lost(let error), .stopped(let error): error
        }
    }

    /// Does what no new connection would help with: its failure is `stopped`.
    static func stopping<Value>(_ body: () throws(FleetError) -> Value) throws(WireError) -> Value {
        do throws(FleetError) { return try body() } catch { throw .stopped(error) }
    }

    static func lost(_ what: String, at address: String) -> WireError {
        .lost(
            FleetError(
                .noServiceManager,
                "the connection to the service manager at \(Printable.oneLine(address)) ended: \(what)",
                hint: "check that the manager runs (systemctl --user status) and try again"))
    }

    static func unreadable(_ what: String) -> FleetError {
        FleetError(
            .noServiceManager, "the service manager sent an answer that cannot be understood: \(what)",
            hint: "try --backend systemctl, and report this with the output of systemctl --version")
    }

    static var outOfMemory: FleetError {
        FleetError(.io, "out of memory while talking to the service manager", hint: "free some memory and try again")
    }
}
