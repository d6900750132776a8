/// From the moment when an owner begins to let go (or is killed) to the one when the next process owns the lock: has
/// returned from `acquire` and may send its first command. Both on the clock that all processes share.
struct Latency {
    private let home: String

    init(_ home: String) { self.home = home }

    /// Two processes in turns: one owns, the other waits.
    func releases(_ count: Int) throws -> Samples {
        var owner = try Child(memberIn: home)
        var waiter = try Child(memberIn: home)
        var samples = Samples("release")
        try owner.say("acquire")
        _ = try owner.moment(after: "owns")
        for _ in 0..<count {
            try waiter.say("acquire")
            try waiter.expect("waiting")
            Moment.pause()
            try owner.say("release")
            let begin = try owner.moment(after: "released")
            samples.add(nanoseconds: try waiter.moment(after: "owns") - begin)
            swap(&owner, &waiter)
        }
        return samples
    }

    /// The killed one's place is taken by a new process.
    func kills(_ count: Int) throws -> Samples {
        var owner = try Child(memberIn: home)
        var samples = Samples("kill")
        try owner.say("acquire")
        _ = try owner.moment(after: "owns")
        for _ in 0..<count {
            let waiter = try Child(memberIn: home)
            try waiter.say("acquire")
            try waiter.expect("waiting")
            Moment.pause()
            let begin = Moment.now()
            try owner.kill()
            samples.add(nanoseconds: try waiter.moment(after: "owns") - begin)
            owner.end()
            owner = waiter
        }
        return samples
    }
}
