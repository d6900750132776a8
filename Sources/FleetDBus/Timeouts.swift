/// How long silence is borne; tests shorten it.
struct Timeouts {
    /// For one pipeline of calls, besides what `perCall` adds. libdbus's own default.
    var call = Duration.seconds(25)
    var perCall = Duration.milliseconds(20)
    /// Authentication, Hello and the first question. A manager in the middle of a daemon-reload answers late.
    var handshake = Duration.seconds(10)
    /// For a manager that is not on a bus which is there.
    var arrival = Duration.seconds(2)
    /// For a manager that was there and went away: a daemon-reexec, or a bus daemon that is started again.
    var comeBack = Duration.seconds(30)
    /// The manager reads every unit file and runs every generator before it answers.
    var reload = Duration.seconds(180)
    /// Between two questions whether the awaited jobs are still known.
    var jobCheck = Duration.milliseconds(1500)
}

extension Timeouts {
    /// For a caller that can do without the manager, and must not wait long to know that it has to.
    init(brief patience: Duration) {
        self.init()
        (call, handshake, arrival, comeBack, reload) = (patience, patience, patience, .zero, patience)
    }
}
