/// The guard broke a promise, or the test its own footing.
struct ChaosFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Somebody pressed Ctrl-C.
struct Interrupted: Error {}
