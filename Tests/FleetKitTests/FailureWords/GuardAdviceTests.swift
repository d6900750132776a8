import Testing

@testable import FleetGuard
@testable import FleetKit

/// The guard's hints as `mosaic fleet` says them, and as a program without words of its own does.
struct GuardAdviceTests {
    private static let advice: [(GuardAdvice, fleet: String)] = [
        (
            .held(path: "/r/restart.lock", isRun: false),
            "wait for it, or inspect it with 'mosaic fleet lock inspect' (/r/restart.lock)"
        ),
        (
            .held(path: "/r/restart.lock", isRun: true),
            "wait for it, or inspect it with 'mosaic fleet lock inspect' (/r/restart.lock); a lock run is broken only past its "
                + "--max-hold, or with --on-timeout break"
        ),
        (.occupied, "wait for it, or give a longer --max-wait"),
        (.evicted, "check the fleet with 'mosaic fleet status' before restarting again"),
        (.unreadable, "give it to this user (chown, chmod 700), or set --mosaic-home"),
        (.foreign, "run as its owner, or set --mosaic-home to a directory of your own"),
        (.readOnly, "the file system is read-only: mount it writable, or set --mosaic-home"),
        (.unusable, "check that directory, or set --mosaic-home"),
        (.noNesting, "run the restart outside of 'mosaic fleet lock run'"),
        (.noFlock, "set mutex = \"auto\" or \"path\" under [guard] in the roster"),
        (
            .mutexClash,
            "set the same [guard] mutex in every roster of this fleet; when no mosaic command runs, remove the file"
        ),
    ]

    @Test(arguments: advice) func `Each has words of the fleet, and plain ones that name no command or option`(
        _ advice: GuardAdvice, _ fleet: String
    ) {
        #expect(advice.fleetWords == fleet)
        for word in ["--", "mosaic", "roster", "restart "] { #expect(!advice.plainWords.contains(word)) }
        let error = FleetError(.io, "it failed", advice, errno: 5)
        #expect(error.advice == advice && error.errno == 5)
        // Whether a command of the program has run in this process before decides which.
        #expect([advice.plainWords, fleet].contains(error.hint))
    }
}
