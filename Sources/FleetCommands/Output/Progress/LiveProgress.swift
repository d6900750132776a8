internal import FleetGuard
internal import FleetKit

/// Draws an operation, and the wait for its lock, on a terminal while it runs.
///
/// It draws when the operation's own loop comes by and at no other time: there is no thread that could make a hanging
/// restart look alive, and nothing here touches the lock.
final class LiveProgress: ProgressView {
    private let output: Output
    private let area: LiveArea
    private let style: Style
    private let clock = SystemClock()
    private let lines: GuardVoice
    private var model = ProgressModel()
    private var wait: LockWaitFrame.Look?
    private var idle: IdleWaitFrame.Look?
    private var lastDraw: Duration?

    /// Ten frames a second: smooth enough for tenths, and nothing to a slow line.
    private static let frame = Duration.milliseconds(100)

    init(_ output: Output, area: LiveArea, style: Style) {
        self.output = output
        self.area = area
        self.style = style
        lines = GuardVoice(output)
        output.liveArea = area
    }

    func waits(_ status: IdleTurns.Status) {
        idle = .init(status: status, at: clock.now(), wallClock: SystemTime().wallClock())
        lastDraw = nil
        draw()
    }

    func idleTick() { draw() }

    func idleEnded() {
        guard idle != nil else { return }
        idle = nil
        area.erase()
    }

    func operation(_ event: OperationEvent) {
        wait = nil
        model.apply(event, now: clock.now())
        if case .warning(let text) = event { output.warning(text) }
        draw()
    }

    func say(_ event: GuardEvent) {
        switch event {
        case .waiting(let status):
            wait = .init(status, at: clock.now())
            draw()
        // What a reader wants to find later stays on the screen, above the picture.
        case .waitingInside, .tookOver, .burying, .killed, .buried, .notBuried, .releaseFailed:
            wait = nil
            lines.say(event)
        }
    }

    private func draw() {
        // An operation that finds nothing to do shows nothing.
        guard wait != nil || idle != nil || model.phase != nil else { return }
        let now = clock.now()
        if !area.isStale, let lastDraw, now - lastDraw < Self.frame { return }
        lastDraw = now
        let size = area.size
        let picture =
            if let idle {
                IdleWaitFrame(look: idle, size: size, now: now, style: style).lines()
            } else if let wait {
                LockWaitFrame(look: wait, size: size, now: now, style: style).lines()
            } else {
                ProgressFrame(model: model, size: size, now: now, style: style).lines()
            }
        area.draw(picture)
    }
}
