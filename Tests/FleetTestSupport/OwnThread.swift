internal import Dispatch

/// Runs blocking code on a thread that is not one of Swift's cooperative pool, where a test's body runs: waiting for
/// a child process there would leave nobody to see its end. A test's time limit also works only this way.
package func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        // A queue of its own gets a thread beyond those of the pool.
        DispatchQueue(label: "own thread").async { continuation.resume(with: Result { try body() }) }
    }
}
