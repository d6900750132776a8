internal import FleetGuard
internal import Glibc

/// What the main process knows of the agent's activity, and tells.
extension AgentSession {
    /// The run of the agent that begins, in words that no other run has.
    func beginRun(on terminal: CInt) -> [String: String] {
        runs += 1
        runName = "\(environment["INVOCATION_ID"] ?? "\(getpid())")-\(runs)"
        activity = AgentActivity(quietFor: request.idleAfter, now: clock.now(), time: Self.time())
        output = request.idleAfter == nil ? nil : TerminalOutput(terminal: terminal)
        if request.idleAfter != nil, output == nil {
            note("the terminal's output cannot be watched: \(String(cString: strerror(errno)))")
        }
        return ["MOSAIC_AGENT_SOCKET": windows.address, "MOSAIC_AGENT_RUN": runName]
    }

    /// Nothing is known any more of an agent that has ended.
    func endRun() {
        output = nil
        change { $0 = AgentActivity() }
    }

    // MARK: Reports

    /// Each gets an answer at once and its connection closed.
    func answer(_ letter: WindowListener.Letter) {
        var words = ReportMessage.taken
        do throws(FleetError) { try take(letter) } catch {
            words = error.message
            noteRefusal("process \(letter.process): \(words)")
        }
        windows.reply(words, to: letter)
    }

    private func take(_ letter: WindowListener.Letter) throws(FleetError) {
        func refusal(_ why: String) -> FleetError { FleetError(.usage, why, hint: "") }
        guard let message = ReportMessage(letter.bytes) else { throw refusal("the report cannot be read") }
        guard unit.contains(letter.process) else {
            throw refusal("the report comes from outside the agent's unit")
        }
        guard agent != nil, agentEnd == nil, message.run.isExactly(runName) else {
            throw refusal("the report comes from an earlier run of the agent")
        }
        try change { (activity) throws(FleetError) in try activity.report(message.report, time: Self.time()) }
        output = nil
    }

    /// A line in the journal, for one refusal at a time.
    private func noteRefusal(_ words: String) {
        let now = clock.now()
        if let refusalNotedAt, now - refusalNotedAt < Self.refusalPause { return }
        refusalNotedAt = now
        note("a report was refused: \(Printable.oneLine(words))")
    }

    // MARK: Output

    /// Called at each turn of the loop.
    func listen() {
        guard let output, activity.isGuessing else { return }
        let now = clock.now()
        guard let wake = activity.wake(after: now), activity.listens(at: now) || wake <= now else { return }
        let hasCome = output.hasCome()
        do throws(FleetError) {
            try change { (activity) throws(FleetError) in
                if hasCome {
                    try activity.heard(now: now, time: Self.time())
                } else {
                    try activity.look(now: now)
                }
            }
        } catch { note(error.message) }
    }

    // MARK: Telling

    private func change<E: Error>(_ body: (inout AgentActivity) throws(E) -> Void) throws(E) {
        let before = activity.shown
        try body(&activity)
        if activity.shown != before { activityChanged(from: before, to: activity.shown) }
    }

    /// The one place that learns of every change, also of a note alone.
    private func activityChanged(from before: Activity, to now: Activity) {
        tellActivity()
        tellWaiting(from: before, to: now)
    }

    /// To systemd, which may not take it at this moment: then soon again, and what counts then.
    func tellActivity() {
        tellAt = nil
        let words = activity.shown.statusText ?? agent.map { "runs process \($0.process)" } ?? "the agent has ended"
        do throws(FleetError) {
            if try !notifier.offer(status: words) { tellAt = clock.now() + Self.tellPause }
        } catch { note(error.message) }
    }

    private static func time() -> Int64 { Int64(Glibc.time(nil)) }
}
