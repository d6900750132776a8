/// A state of the search: the world, what each contender asks next, and what harm is still allowed.
struct SearchState {
    var world: SimulatedKernel
    /// Each contender's place in its call tree; -1 once it is gone.
    var nodes: [Int32]
    var last = -1
    var preemptions: Int
    var crashes: Int
    var freezes: Int

    var key: Digest {
        var digest = world.digest(nodes: nodes)
        digest.add(Int64(crashes) << 48 | Int64(freezes) << 32 | Int64(preemptions) << 16 | Int64(last + 1))
        return digest
    }
}
