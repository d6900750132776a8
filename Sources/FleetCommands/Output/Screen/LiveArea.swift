internal import FleetKit
internal import Glibc

/// A picture that a terminal shows, drawn again in place.
///
/// Among the lines (`.lines`) it is at their end. Between two frames the cursor stands, visible, on the picture's first
/// line: a terminal that gets another size moves the two together, whatever it does with long lines, so the next frame
/// begins where the old one did. (Counting rows from below goes wrong as soon as lines are wrapped anew. tmux does that
/// up to 250 ms before it tells of the size.) What is pushed out at the top meanwhile, the terminal may bring back later.
/// A picture that stays for long and is resized, a watch, therefore uses the terminal's alternate screen (`.screen`),
/// whose lines are never rewrapped.
///
/// Lines are cut by the terminal instead of being wrapped while a frame is written, and typed keys are not echoed as
/// long as a picture is there. Each write leaves the cursor visible and the wrapping on; the rest is restored by every
/// end of the picture, and by a signal that ends or stops the process (`SignalWatch.picture`).
///
/// Drawing never blocks: a restart must not block because Ctrl-S was pressed. What the terminal does not take
/// waits for the next frame.
final class LiveArea {
    enum Place { case lines, screen }

    private let descriptor: CInt
    private let isOwn: Bool
    private let place: Place
    /// Each is read as it is typed; nil: they are the shell's.
    let keys: Keys?
    private let signals: SignalWatch
    /// Lines of the picture that is on the screen.
    private var rows = 0
    /// The rest of a frame that the terminal has not taken yet.
    private var pending: [UInt8] = []
    private var isGone = false
    /// What had become of the terminal when the picture was last drawn.
    private var seen: (resized: UInt32, continued: UInt32) = (0, 0)

    /// - Parameter terminal: a descriptor of it; stays the caller's.
    init(terminal: CInt, place: Place = .lines, keys: Keys? = nil, signals: SignalWatch) {
        // An open file of its own: O_NONBLOCK on the caller's would be set for the shell, too.
        let own = open("/proc/self/fd/\(terminal)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        isOwn = own >= 0
        descriptor = isOwn ? own : terminal
        self.place = place
        self.keys = keys
        self.signals = signals
        signals.watchTerminal()
    }

    deinit {
        forget()
        if isOwn { close(descriptor) }
    }

    var size: TerminalSize { .of(descriptor) }

    /// The terminal has another size since the last picture, or a shell had it meanwhile.
    var isStale: Bool { seen != (signals.resized, signals.continued) }

    /// Replaces the picture. The lines fit the terminal's size.
    func draw(_ lines: [ScreenLine]) {
        if seen.continued != signals.continued { forget() }
        seen = (signals.resized, signals.continued)
        // A terminal that takes nothing of a frame gets the next one instead.
        guard !lines.isEmpty, isForeground, flush(), isReady(waitingAtMost: 0) else { return }
        TerminalModes.quiet(descriptor, readsKeys: keys != nil)
        switch place {
        case .lines: pending = Array(Self.frame(lines).utf8)
        case .screen: pending = Array(((rows == 0 ? "\(SignalWatch.enterScreen)" : "") + Self.page(lines)).utf8)
        }
        rows = lines.count
        signals.picture(on: descriptor, rows: place == .screen ? SignalWatch.wholeScreen : rows)
        _ = flush()
    }

    /// Takes the picture away, for text that is to stand in its place.
    func erase() {
        guard rows > 0, isForeground else { return }
        // Half an escape sequence in front of a message would spoil it.
        if !flush(), isReady(waitingAtMost: 500) { _ = flush() }
        end(with: place == .screen ? "\(SignalWatch.leaveScreen)" : Self.erasure(rows: rows))
    }

    /// Ends the picture and leaves it among the lines, for text that is to stand below it.
    func leave(_ lines: [ScreenLine]) {
        guard rows > 0, isForeground else { return }
        if !flush(), isReady(waitingAtMost: 500) { _ = flush() }
        end(with: "\(SignalWatch.leaveScreen)" + lines.map { $0.text + "\r\n" }.joined())
    }

    private func end(with words: String) {
        pending = Array(words.utf8)
        forget()
        if !flush(), isReady(waitingAtMost: 500) { _ = flush() }
        pending = []
    }

    /// The cursor is no longer on the picture: a shell wrote there while this process was stopped.
    private func forget() {
        rows = 0
        signals.picture(on: -1, rows: 0)
        TerminalModes.restore()
    }

    /// Each line over the old one from the screen's first row on, where the cursor stays.
    static func page(_ lines: [ScreenLine]) -> String {
        let body = lines.map { $0.text + "\u{1B}[K" }.joined(separator: "\r\n")
        return "\u{1B}[?25l\u{1B}[?7l\u{1B}[H\(body)\u{1B}[J\u{1B}[H\u{1B}[?7h\u{1B}[?25h"
    }

    /// Each line over the old one, nothing of an old picture left below, and back to the first line.
    static func frame(_ lines: [ScreenLine]) -> String {
        let body = lines.map { $0.text + "\u{1B}[K" }.joined(separator: "\r\n")
        let back = lines.count > 1 ? "\u{1B}[\(lines.count - 1)A" : ""
        return "\u{1B}[?25l\u{1B}[?7l\r\(body)\u{1B}[J\(back)\r\u{1B}[?7h\u{1B}[?25h"
    }

    /// The first line by itself: some terminals keep a screen that is cleared from its very first place, as if it had
    /// been read.
    static func erasure(rows: Int) -> String { "\r\u{1B}[K" + (rows > 1 ? "\n\u{1B}[J\u{1B}[A" : "") }

    /// In the background the terminal belongs to another process group.
    private var isForeground: Bool {
        let group = tcgetpgrp(descriptor)
        return group < 0 || group == getpgrp()
    }

    private func isReady(waitingAtMost milliseconds: CInt) -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&wanted, 1, milliseconds) > 0 && wanted.revents & Int16(POLLOUT) != 0
    }

    /// - Returns: whether everything is written.
    private func flush() -> Bool {
        while !pending.isEmpty && !isGone {
            guard isOwn || isReady(waitingAtMost: 0) else { return false }
            let count = pending.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                pending.removeFirst(count)
            } else if count < 0 && errno == EAGAIN {
                return false
            } else if count < 0 && errno != EINTR {
                // The terminal is gone; what it showed does not matter any more.
                isGone = true
            }
        }
        return true
    }
}
