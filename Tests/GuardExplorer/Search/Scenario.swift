/// One little world: who is in it, what they want, and how much harm may come to them.
package struct Scenario: Sendable {
    package var name: String
    /// Run one after the other before the exploration begins; each is dead afterwards, wherever its script ended.
    package var before: [[ScriptStep]] = []
    /// What stands at `restart.lock` without being a record.
    package var garbage: String?
    package var contenders: [[ScriptStep]]
    package var isPathMode = false
    /// Whether the world's one agent is up when it begins.
    package var agentIsUp = true
    /// The agents of a rolling restart.
    var fleet = SimulatedFleet()
    package var isRolling: Bool { !fleet.agents.isEmpty }
    /// How many processes may crash, each before any of its calls.
    package var crashes: Int
    /// How often time may pass while somebody could go on: that contender is frozen for a while, then thaws.
    package var freezes: Int
    /// How often a contender may be interrupted while it could go on; nil = any number of times, at any call.
    package var preemptions: Int?
    package var bug: SeededBug?
    package var checks = Checks.all
    package var inheritsDescriptors = false
    /// Also tries orders that cannot matter, and remembers every answer: a check of the reduction itself.
    package var isUnreduced = false
    /// No contender's memory forgets anything: a check of `Memory` itself.
    package var remembersAll = false
    package var hasFaults = false
    /// Freezes are a slow disk or a busy machine: the kernel shows no process as stopped.
    package var isSlow = false

    package init(
        _ name: String, _ contenders: [[ScriptStep]], before: [[ScriptStep]] = [], crashes: Int = 1, freezes: Int = 2,
        preemptions: Int? = nil
    ) {
        self.name = name
        self.contenders = contenders
        self.before = before
        self.crashes = crashes
        self.freezes = freezes
        self.preemptions = preemptions
    }
}
