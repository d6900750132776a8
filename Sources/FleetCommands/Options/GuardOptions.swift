package import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// How a guarded command waits for the lock. The roster's `[guard]` applies where an option was not given.
package struct GuardOptions: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("Reason, shown to others that wait for this restart.", valueName: "text"))
    package var reason: String?

    @Option(
        duration: "Longest wait for one restart, extended if its plan is longer; 0: no limit. (default: 10m)",
        "0", "1m", "5m", "10m", "30m", "1h")
    package var maxWait: Duration?

    @Option(
        help: ArgumentHelp("After --max-wait: break the lock, or fail. (default: break)", valueName: "what"))
    package var onTimeout: TimeoutChoice?

    @Flag(help: "Exit with 75 at once if another restart is running.")
    package var noWait = false

    @Option(
        duration: "Evict an owner that shows no progress for this long. (default: 30s)", "10s", "30s", "1m", "5m")
    package var stallAfter: Duration?

    @Option(
        duration: "Time for an evicted owner to stop before it is killed. (default: 10s)", "5s", "10s", "30s", "1m")
    package var evictGrace: Duration?

    @Flag(help: "Inside the fleet: refuse, instead of moving out of it first.")
    package var noDetach = false

    package init() {}

    /// The policy of this run: typed options, then the roster, then the defaults of `WaitPolicy`.
    func policy(_ settings: Roster.GuardSettings) -> WaitPolicy {
        var settings = settings
        settings.maxWait = maxWait ?? settings.maxWait
        settings.stallAfter = stallAfter ?? settings.stallAfter
        var policy = WaitPolicy(settings)
        if let onTimeout { policy.onTimeout = onTimeout == .break ? .break : .fail }
        policy.breaksRuns = onTimeout == .break
        policy.noWait = noWait
        if let evictGrace { policy.evictGrace = evictGrace }
        return policy
    }

    package mutating func validate() throws {
        if let stallAfter, stallAfter < Self.shortestStall {
            throw ValidationError(
                "--stall-after must be at least 3s: a healthy owner stamps its progress every 2 s")
        }
        if let reason, reason.utf8.count > 1000 { throw ValidationError("--reason is longer than 1000 bytes") }
    }

    /// An owner stamps at least every 2 s; a shorter patience would evict the healthy.
    static let shortestStall: Duration = .seconds(3)
}

extension WaitPolicy {
    /// What a restart without options does: the roster, then the defaults.
    init(_ settings: Roster.GuardSettings) {
        self.init()
        if let limit = settings.maxWait { maxWait = limit == .zero ? nil : limit }
        if let stall = settings.stallAfter { stallAfter = stall }
    }
}

package enum TimeoutChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case `break`, fail
}

extension Option<Duration?> {
    /// An option that takes a duration, with the parser's own words when it is wrong.
    /// - Parameter usual: what completions offer; any other can be typed.
    init(duration help: String, _ usual: String...) {
        self.init(help: ArgumentHelp(help, valueName: "dur"), completion: .list(usual)) { text in
            do throws(FleetError) { return try DurationText.parse(text) } catch {
                throw ValidationError("\(error.message); \(error.hint)")
            }
        }
    }
}
