internal import CLinux
public import FleetGuard
internal import Glibc
internal import Synchronization

/// SIGINT and SIGTERM as a question that the main loop asks, so that a command can end in order: leave the current
/// job to systemd, release the lock, and report what was not reached.
///
/// One per process. The handler only counts the signal and makes a descriptor readable, which wakes a wait.
public final class SignalWatch: Sendable {
    /// Readable from the first signal on, or since the last `rearm`.
    package let wakeDescriptor: CInt

    /// - Throws: `.io` when no descriptor can be made.
    public init() throws(FleetError) {
        wakeDescriptor = try SignalRelay.eventDescriptor()
        wakeEnd.store(wakeDescriptor, ordering: .releasing)
        install(SIGINT)
        install(SIGTERM)
    }

    /// SIGTERM when it came, also after a SIGINT; else SIGINT when that came; nil when neither did.
    public var caught: CInt? { count(of: SIGTERM) > 0 ? SIGTERM : count(of: SIGINT) > 0 ? SIGINT : nil }

    /// How often SIGINT or SIGTERM came.
    public func count(of signal: CInt) -> UInt32 {
        signal == SIGTERM ? terminations.load(ordering: .acquiring) : interrupts.load(ordering: .acquiring)
    }

    /// For a loop that continues after a signal: the descriptor becomes readable again at the next one.
    package func rearm() {
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, 8)  // nothing to read: no signal came
    }

    /// The caught signal as the error that ends a command.
    public func interruption() -> FleetError? {
        switch caught {
        case nil: nil
        case SIGTERM:
            FleetError(.terminated, "ended by SIGTERM", hint: "check the fleet with 'mosaic fleet status'")
        default: FleetError(.interrupted, "interrupted", hint: "check the fleet with 'mosaic fleet status'")
        }
    }

    /// From now on the terminal's end does not end this process: a dropped connection must not leave a fleet half
    /// restarted.
    package func ignoreHangUp() { signal(SIGHUP, SIG_IGN) }

    /// For a picture on the terminal. From now on a new size, and the way back from a stop (Ctrl-Z, then `fg`), end
    /// whatever wait is under way, so that it is drawn again at once; and a signal that ends or stops this process
    /// moves the cursor below the picture first. Handlers that others installed stay.
    package func watchTerminal() {
        for number in [SIGWINCH, SIGCONT] {
            installIfDefault(number) { number in
                if number == SIGCONT {
                    continuations.wrappingAdd(1, ordering: .acquiringAndReleasing)
                } else {
                    resizes.wrappingAdd(1, ordering: .acquiringAndReleasing)
                }
            }
        }
        installIfDefault(SIGTSTP) { _ in
            let saved = errno
            let terminal = leavePicture()
            if terminal >= 0 { sayStopped(terminal) }
            kill(getpid(), SIGSTOP)
            errno = saved
        }
        // A crash of our own, too, must not leave a terminal without echo.
        guard !leavesPictureFirst.exchange(true, ordering: .acquiringAndReleasing) else { return }
        for number in [SIGHUP, SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] { leavePictureFirst(number) }
    }

    /// What the signal did until now, it does afterwards: Swift's own crash handler prints over the terminal.
    private func leavePictureFirst(_ number: CInt) {
        var old = sigaction()
        sigaction(number, nil, &old)
        guard !SignalRelay.isIgnored(number) else { return }
        (earlierActions + Int(number)).pointee = old
        var action = sigaction()
        action.__sigaction_handler.sa_sigaction = { number, info, _ in
            let saved = errno
            _ = leavePicture()
            sigaction(number, earlierActions + Int(number), nil)
            // A fault comes again by itself, with its address; what was sent is sent again.
            let isFault = [SIGSEGV, SIGBUS, SIGFPE, SIGILL].contains(number) && (info?.pointee.si_code ?? 0) > 0
            if !isFault { raise(number) }
            errno = saved
        }
        action.sa_flags = SA_SIGINFO | SA_ONSTACK
        sigaction(number, &action, nil)
    }

    /// Where the cursor is on a picture, and how many lines lie from there to its end; descriptor -1: there is none.
    /// - Parameter rows: `wholeScreen` where the picture has the terminal's second screen for itself.
    package func picture(on descriptor: CInt, rows: Int) {
        pictureTerminal.store(-1, ordering: .releasing)
        pictureRows.store(rows, ordering: .releasing)
        pictureTerminal.store(descriptor, ordering: .releasing)
    }

    package static let wholeScreen = -1
    /// To the terminal's second screen and back, with what the first one showed.
    package static let enterScreen: StaticString = "\u{1B}[?1049h"
    /// It is wiped first: tmux 3.3a brings rows of it back on the first one when the size has changed meanwhile.
    package static let leaveScreen: StaticString = "\u{1B}[H\u{1B}[2J\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    /// What a stop (Ctrl-Z) prints below a picture, as a reminder that the lock is held.
    package static let stoppedWithLock =
        "stopped; the lock stays held: 'fg' continues, and other restarts take it over once they have seen no progress "
        + "for their --stall-after"

    /// From now on, or no longer, a stop says so.
    package func holdsLock(_ isHeld: Bool) {
        guard isHeld else { return stopWords.store(0, ordering: .releasing) }
        // Kept for good: the handler may be at it.
        let text = strdup("mosaic fleet: \(Self.stoppedWithLock)\n")
        stopWords.store(UInt(bitPattern: text), ordering: .releasing)
    }

    private func installIfDefault(_ number: CInt, _ handler: @escaping @convention(c) (CInt) -> Void) {
        var old = sigaction()
        sigaction(number, nil, &old)
        guard old.__sigaction_handler.sa_handler == nil else { return }
        // With SA_RESTART: poll(2) and sleeps return anyway; a read that a library has under way continues.
        signal(number, handler)
    }

    /// How often the terminal got another size.
    package var resized: UInt32 { resizes.load(ordering: .acquiring) }
    /// How often this process was continued. Since then the screen may show another program's output.
    package var continued: UInt32 { continuations.load(ordering: .acquiring) }

    /// Whether it is so already, set by us or by the parent process (nohup(1)).
    package var ignoresHangUp: Bool { SignalRelay.isIgnored(SIGHUP) }

    private func install(_ number: CInt) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            let saved = errno
            if number == SIGTERM {
                terminations.wrappingAdd(1, ordering: .acquiringAndReleasing)
            } else {
                interrupts.wrappingAdd(1, ordering: .acquiringAndReleasing)
            }
            var one: UInt64 = 1
            _ = write(wakeEnd.load(ordering: .acquiring), &one, 8)
            errno = saved
        }
        // No SA_RESTART: a poll that is under way must return.
        sigaction(number, &action, nil)
    }
}

private let interrupts = Atomic<UInt32>(0)
private let terminations = Atomic<UInt32>(0)
private let wakeEnd = Atomic<CInt>(-1)
private let resizes = Atomic<UInt32>(0)
private let continuations = Atomic<UInt32>(0)
private let pictureTerminal = Atomic<CInt>(-1)
private let pictureRows = Atomic<Int>(0)
private let leavesPictureFirst = Atomic<Bool>(false)
/// By signal number. Written before the handler of that signal is there.
nonisolated(unsafe) private let earlierActions: UnsafeMutablePointer<sigaction> = {
    let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
    actions.initialize(repeating: sigaction(), count: 65)
    return actions
}()
/// Address of a C string; 0: nothing to say.
private let stopWords = Atomic<UInt>(0)

/// In a signal handler: nothing but write(2) and the terminal's modes.
/// - Returns: the picture's terminal; -1 when there is no picture.
private func leavePicture() -> CInt {
    TerminalModes.restore()
    let terminal = pictureTerminal.exchange(-1, ordering: .acquiringAndReleasing)
    guard terminal >= 0 else { return terminal }
    let rows = pictureRows.load(ordering: .acquiring)
    if rows == SignalWatch.wholeScreen {
        let words = SignalWatch.leaveScreen
        _ = write(terminal, words.utf8Start, words.utf8CodeUnitCount)
    }
    var newline = UInt8(ascii: "\n")
    for _ in 0..<max(0, rows) { _ = write(terminal, &newline, 1) }
    return terminal
}

/// In a signal handler, too.
private func sayStopped(_ terminal: CInt) {
    guard let text = UnsafePointer<CChar>(bitPattern: stopWords.load(ordering: .acquiring)) else { return }
    _ = write(terminal, text, strlen(text))
}
