public import FleetGuard

extension GuardAdvice {
    /// The guard's hints in the words of `mosaic fleet`, for the whole process.
    public static func speakOfTheFleet() { speak { $0.fleetWords } }

    /// With the commands and options of `mosaic fleet`.
    var fleetWords: String {
        switch self {
        case .held(let path, let isRun):
            "wait for it, or inspect it with 'mosaic fleet lock inspect' (\(path))"
                + (isRun ? "; a lock run is broken only past its --max-hold, or with --on-timeout break" : "")
        case .occupied: "wait for it, or give a longer --max-wait"
        case .evicted: "check the fleet with 'mosaic fleet status' before restarting again"
        case .unreadable: "give it to this user (chown, chmod 700), or set --mosaic-home"
        case .foreign: "run as its owner, or set --mosaic-home to a directory of your own"
        case .readOnly: "the file system is read-only: mount it writable, or set --mosaic-home"
        case .unusable: "check that directory, or set --mosaic-home"
        case .noNesting: "run the restart outside of 'mosaic fleet lock run'"
        case .noFlock: "set mutex = \"auto\" or \"path\" under [guard] in the roster"
        case .mutexClash:
            "set the same [guard] mutex in every roster of this fleet; when no mosaic command runs, remove the file"
        }
    }
}
