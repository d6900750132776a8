internal import FleetGuard

/// What is known of an agent's activity in one run of it: by its own reports, or else by its terminal's output.
///
/// A value without clocks of its own, so that every order of events can be tested. Where times come in twos, the first is
/// monotonic and the other in seconds since 1970.
struct AgentActivity {
    private(set) var shown = Activity.unknown
    /// nil: nothing is guessed, or no more.
    private var guess: Guess?

    private struct Guess {
        let window: Duration
        var lastOutput: Duration
        var lastOutputTime: Int64
        /// When to check the terminal again although there was no event.
        var nextLook: Duration
        /// Until then nothing needs to be listened to: what comes meanwhile is heard at the end of it.
        var deafUntil: Duration
    }

    init() {}

    /// A run that begins now.
    ///
    /// - Parameter window: after this much terminal silence the agent counts as idle; nil: never.
    init(quietFor window: Duration?, now: Duration, time: Int64) {
        guard let window else { return }
        guess = Guess(
            window: window, lastOutput: now, lastOutputTime: time, nextLook: now + window, deafUntil: now)
    }

    var isGuessing: Bool { guess != nil }

    /// Whether output is to be listened to: not all the time, so that an agent which prints without pause wakes nothing
    /// up at every line.
    func listens(at now: Duration) -> Bool { guess.map { $0.deafUntil <= now } ?? false }

    /// When `look` is to be called, or `listens` changes.
    func wake(after now: Duration) -> Duration? {
        guess.map { $0.deafUntil > now ? min($0.deafUntil, $0.nextLook) : $0.nextLook }
    }

    /// From now on its own word counts, for the rest of the run.
    ///
    /// A state that is reported again keeps its beginning, and takes the new note.
    /// - Throws: `.usage` for a note that cannot be shown; nothing has changed then.
    mutating func report(_ report: ActivityReport, time: Int64) throws(FleetError) {
        let goesOn = !shown.isGuess && shown.state == report.state
        shown = try Activity(report.state, since: goesOn ? shown.since ?? time : time, note: report.note)
        guess = nil
    }

    /// Something was written to the terminal just now, or since the last look.
    mutating func heard(now: Duration, time: Int64) throws(FleetError) {
        guard var guess else { return }
        guess.lastOutput = now
        guess.lastOutputTime = time
        guess.nextLook = now + guess.window
        guess.deafUntil = now + min(guess.window / 16, .seconds(1))
        self.guess = guess
        if shown.state != .busy { shown = try Activity(.busy, since: time, isGuess: true) }
    }

    /// Nothing was written since the last look.
    mutating func look(now: Duration) throws(FleetError) {
        guard var guess, guess.nextLook <= now else { return }
        // What the first look misses, the next finds.
        guess.nextLook = now + max(guess.window, .seconds(10))
        self.guess = guess
        guard now - guess.lastOutput >= guess.window, shown.state != .idle else { return }
        shown = try Activity(.idle, since: guess.lastOutputTime, isGuess: true)
    }
}
