/// Long work under the lock. A waiter evicts an owner whose lock bears no new stamp for the waiter's `stallAfter`
/// (30 s), so work that may take longer is done in steps: each begins with the fence and ends with a stamp.
extension HeldLock {
    /// Does the step again and again until it gives a value.
    ///
    /// - Parameter step: takes seconds, not minutes, and waits inside itself where it waits: nil means "not yet".
    /// - Throws: `.evicted` before a step when the lock was lost: nothing more is done then; `.io`; what the step threw.
    public func inSteps<Value>(_ step: () throws(FleetError) -> Value?) throws(FleetError) -> Value {
        while true {
            try checkFence()
            let value = try step()
            try stamp()
            if let value { return value }
        }
    }

    /// Does the body for each item, a step for each.
    /// - Throws: as `inSteps(_:)`; the items after it were not touched.
    public func inSteps<Item>(
        over items: some Sequence<Item>, _ body: (Item) throws(FleetError) -> Void
    ) throws(FleetError) {
        for item in items {
            try checkFence()
            try body(item)
            try stamp()
        }
    }
}
