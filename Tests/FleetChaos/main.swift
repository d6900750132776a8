internal import Glibc
internal import Synchronization

// fleet-chaos: the guard's promises against real processes that are killed, stopped and continued at random moments.

let signalCame = Atomic(false)

func isInterrupted() -> Bool { signalCame.load(ordering: .relaxed) }

// A round sees it, and its processes are killed and reaped on the way out.
for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { _ in signalCame.store(true, ordering: .relaxed) } }

// A reader that went away (`| head`) must not end it before its processes and folders are cleaned up.
signal(SIGPIPE, SIG_IGN)

do {
    let options = try ChaosOptions(CommandLine.arguments.dropFirst())
    for place in options.places { try Campaign(options: options, place: place).run() }
} catch is Interrupted {
    print("fleet-chaos: interrupted")
    exit(130)
} catch {
    print("fleet-chaos: \(error)")
    exit(1)
}
