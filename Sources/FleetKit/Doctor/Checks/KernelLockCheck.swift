internal import FleetGuard
internal import Glibc

/// `flock` on the file system of the run directory.
struct KernelLockCheck: HealthCheck {
    let name = "flock"
    /// Tries it in a directory; a test has its own.
    var probe: @Sendable (String) throws(FleetError) -> KernelLockProbe.Answer = KernelLockProbe.ask(in:)

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let folder = Self.nearest(fleet.home.runDirectory)
        let shown = Printable.oneLine(folder)
        let choice = fleet.mutexChoice
        switch try probe(folder) {
        case .works:
            return .ok("locks work in \(shown)" + (choice == .path ? "; the roster asks for mutex = \"path\"" : ""))
        case .unsupported(let why):
            guard choice == .kernel else {
                return .warning(
                    "the file system of \(shown) has no flock (\(why)); the guard works in path mode there",
                    advice: "set --mosaic-home to a local file system, where a dead owner is noticed at once")
            }
            return .failure(
                "the file system of \(shown) has no flock (\(why)), but the roster asks for it",
                advice: "set mutex = \"auto\" or \"path\" under [guard]")
        case .ineffective:
            guard choice != .path else {
                return .ok("flock in \(shown) does not exclude other processes; the roster asks for mutex = \"path\"")
            }
            return .failure(
                "flock in \(shown) is granted twice: it does not exclude other processes",
                advice: "set mutex = \"path\" under [guard], or set --mosaic-home to a local file system")
        }
    }

    /// The directory itself, or the first above it that is there.
    static func nearest(_ path: String) -> String {
        var path = path
        while access(path, F_OK) != 0, let slash = path.lastPlace(of: "/"), slash > path.startIndex {
            path = String(path[..<slash])
        }
        return path
    }
}
