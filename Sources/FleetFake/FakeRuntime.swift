/// Who asked for a job.
package struct FakeSender: Codable, Equatable {
    var pid: Int32
    var token: String?
    var actor: String

    package static let manager = FakeSender(pid: 0, actor: "systemd")
}

package struct FakeJob: Codable {
    package enum Verb: String, Codable { case start, stop, restart }

    var id: UInt32
    var verb: Verb
    var unit: String
    var running = false
    var deadline: Int64?
    var sender: FakeSender
}

/// How a job ended, kept for senders that have not looked yet.
struct FakeEnd: Codable {
    var result: String
    var at: Int64
}

/// What is true of one unit now.
package struct FakeRuntime: Codable {
    package enum Next: String, Codable { case started, startTimedOut, died, stopped, stopTimedOut, autoRestart }
    struct Lingering: Codable {
        var pid: Int32
        var until: Int64
    }

    var active = "inactive"
    var sub = "dead"
    var result = "success"
    var mainPID: Int32 = 0
    var lingering: [Lingering] = []
    var restarts: UInt32 = 0
    var invocation = ""
    /// Microseconds since 1970.
    var activeSince: UInt64 = 0
    package var answersAt: Int64 = 0
    var conditionResult = true
    var exitCode: Int32 = 0
    var exitStatus: Int32 = 0
    /// What the main process last said of itself; systemd forgets it at the next start.
    package var statusText: String?
    /// Runs that the script has played.
    var runs = 0
    /// When the unit was started, for the start limit.
    package var starts: [Int64] = []
    /// What happens next, and when.
    package var next: Next?
    package var deadline: Int64?

    var isDown: Bool { active == "inactive" || active == "failed" }
    package var isRunning: Bool { mainPID != 0 }
    var isInAutoRestart: Bool { sub == "auto-restart" }

    mutating func enter(_ active: String, _ sub: String) {
        self.active = active
        self.sub = sub
    }

    mutating func schedule(_ next: Next?, at time: Int64? = nil) {
        self.next = next
        self.deadline = next == nil ? nil : time
    }
}
