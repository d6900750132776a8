internal import FleetKit

extension Scenario {
    /// Every backend passes every row that it can express.
    static let table: [Scenario] = success + refusals + failures + disturbances + watches

    private static let success = [
        Scenario(
            name: "start, restart and stop succeed", units: [UnitSpec(stem: "plain")],
            steps: [
                one(.start, "plain", .done), .check("plain", activeState: "active"),
                .runs(.start, "plain", anew: false), .runs(.restart, "plain", anew: true),
                one(.stop, "plain", .done), .check("plain", activeState: "inactive"),
                one(.stop, "plain", .done),
            ]),
        Scenario(
            name: "restart of an inactive unit starts it", units: [UnitSpec(stem: "idle")],
            steps: [one(.restart, "idle", .done), .check("idle", activeState: "active")]),
        Scenario(
            name: "a batch has an outcome for each unit, in its order",
            units: [
                UnitSpec(stem: "first", runs: [.up(after: 300)]), UnitSpec(stem: "second", runs: [.fails]),
                UnitSpec(stem: "third"), UnitSpec(stem: "fourth", load: .missing),
            ],
            steps: [
                .perform(
                    [(.start, "first"), (.start, "second"), (.restart, "third"), (.start, "fourth")],
                    expect: [.done, .failed("exit-code"), .done, .notFound])
            ]),
        Scenario(
            name: "a slow start is awaited", units: [UnitSpec(stem: "slow", runs: [.up(after: 1200)])],
            steps: [one(.start, "slow", .done), .check("slow", activeState: "active")]),
    ]

    private static let watches = [
        Scenario(
            name: "a change of a watched unit is heard", units: [UnitSpec(stem: "watched")],
            steps: [one(.start, "watched", .done), .hears("watched", .stop("watched"), activeState: "inactive")]),
        Scenario(
            name: "a change of a watched unit is heard over the bus", units: [UnitSpec(stem: "buswatched")],
            steps: [
                one(.start, "buswatched", .done), .hears("buswatched", .stop("buswatched"), activeState: "inactive"),
            ], needsOwnManager: true, needsTheBus: true),
        Scenario(
            name: "a watch outlives a daemon-reexec", units: [UnitSpec(stem: "rewatched")],
            steps: [
                one(.start, "rewatched", .done), .hears("rewatched", .daemonReexec, activeState: "active"),
                .hears("rewatched", .stop("rewatched"), activeState: "inactive"),
            ], needsOwnManager: true,
            inexpressible: [.fake: "no manager process: each of its clients reads the state from disk every time"]),
    ]

    private static let refusals = [
        Scenario(
            name: "masked", units: [UnitSpec(stem: "masked", load: .masked)],
            steps: [one(.start, "masked", .masked), one(.restart, "masked", .masked), one(.stop, "masked", .done)]),
        Scenario(
            name: "not found", units: [UnitSpec(stem: "missing", load: .missing)],
            steps: [
                one(.start, "missing", .notFound), one(.restart, "missing", .notFound), one(.stop, "missing", .done),
            ]),
        Scenario(
            name: "unit file that cannot be loaded", units: [UnitSpec(stem: "broken", load: .broken)],
            steps: [one(.start, "broken", .loadFailed("bad-setting"))]),
        Scenario(
            name: "start limit hit, then reset", units: [UnitSpec(stem: "limited", startLimit: 2)],
            steps: [
                one(.start, "limited", .done), one(.restart, "limited", .done),
                one(.restart, "limited", .startLimitHit), one(.start, "limited", .startLimitHit),
                one(.resetFailed, "limited", .done), one(.start, "limited", .done),
                .check("limited", activeState: "active"),
            ], needsOwnManager: true),
    ]

    private static let failures = [
        Scenario(
            name: "failing start, then reset", units: [UnitSpec(stem: "failing", runs: [.fails])],
            steps: [
                one(.start, "failing", .failed("exit-code")), .check("failing", activeState: "failed"),
                one(.restart, "failing", .failed("exit-code")),
                one(.resetFailed, "failing", .done), .check("failing", activeState: "inactive"),
            ]),
        Scenario(
            name: "start that hangs past its timeout",
            units: [UnitSpec(stem: "hanging", runs: [.hangs], startTimeout: 1)],
            steps: [one(.start, "hanging", .failed("timeout")), .check("hanging", activeState: "failed")]),
        Scenario(
            name: "job that runs into its own timeout",
            units: [UnitSpec(stem: "jobtimeout", runs: [.hangs], jobTimeout: 1)],
            steps: [one(.start, "jobtimeout", .timeout)]),
        Scenario(
            // The pin keeps the unit in systemd's memory: one that nothing refers to is unloaded as soon as it is
            // down, and its ConditionResult with it (then only "not up" can be said: `.exited`).
            name: "failed condition",
            units: [
                UnitSpec(stem: "condition", conditionHolds: false), UnitSpec(stem: "pin", startsAfter: "condition"),
            ],
            steps: [
                one(.start, "pin", .done), one(.start, "condition", .skipped),
                .check("condition", activeState: "inactive"),
            ]),
        Scenario(
            name: "a required unit does not come up",
            units: [UnitSpec(stem: "need", runs: [.fails]), UnitSpec(stem: "needy", requires: "need")],
            steps: [one(.start, "needy", .dependency), .check("needy", activeState: "inactive")]),
        Scenario(
            name: "service that ends well at once is not up", units: [UnitSpec(stem: "once", runs: [.endsWell])],
            steps: [one(.start, "once", .exited("dead"))],
            inexpressible: [.fake: "its script has no one-shot service: every run is up before it ends"]),
        Scenario(
            name: "restart cuts through auto-restart",
            units: [UnitSpec(stem: "flapping", runs: [.fails, .up(after: 0)], restartsOnFailureAfter: 600)],
            steps: [
                one(.start, "flapping", .failed("exit-code")), .await("flapping", subState: "auto-restart"),
                one(.restart, "flapping", .done), .check("flapping", activeState: "active"),
            ]),
        Scenario(
            name: "stop ends auto-restart",
            units: [UnitSpec(stem: "looping", runs: [.fails], restartsOnFailureAfter: 600)],
            steps: [
                one(.start, "looping", .failed("exit-code")), .await("looping", subState: "auto-restart"),
                one(.stop, "looping", .done),
            ]),
    ]

    private static let disturbances = [
        Scenario(
            name: "job canceled by a conflicting job", units: [UnitSpec(stem: "contested", runs: [.hangs])],
            steps: [
                // The start is canceled as the stop is queued; the stop itself has then only begun.
                one(.start, "contested", .canceled, during: .stop("contested")),
                .await("contested", subState: "dead"), .check("contested", activeState: "inactive"),
            ]),
        Scenario(
            name: "daemon-reload while a job is awaited",
            units: [UnitSpec(stem: "reloaded", runs: [.up(after: 1500)])],
            steps: [
                one(.start, "reloaded", .done, during: .daemonReload), .check("reloaded", activeState: "active"),
            ], needsOwnManager: true),
        Scenario(
            name: "daemon-reexec while a job is awaited",
            units: [UnitSpec(stem: "reexecuted", runs: [.up(after: 1500)])],
            steps: [
                one(.start, "reexecuted", .done, during: .daemonReexec),
                .check("reexecuted", activeState: "active"), .runs(.restart, "reexecuted", anew: true),
            ], needsOwnManager: true,
            inexpressible: [.fake: "no manager process: each of its clients reads the state from disk every time"]),
        Scenario(
            name: "daemon-reexec while a failing job is awaited",
            units: [UnitSpec(stem: "refailed", runs: [.hangs], startTimeout: 2)],
            steps: [one(.start, "refailed", .failed("timeout"), during: .daemonReexec)], needsOwnManager: true,
            inexpressible: [.fake: "no manager process: each of its clients reads the state from disk every time"]),
        Scenario(
            name: "bus daemon killed while a job is awaited",
            units: [UnitSpec(stem: "busless", runs: [.up(after: 1500)])],
            steps: [
                one(.start, "busless", .done, during: .busDies), .check("busless", activeState: "active"),
                .runs(.restart, "busless", anew: true),
            ], needsOwnManager: true, needsTheBus: true,
            inexpressible: [.fake: "no bus: its clients share a directory"]),
    ]
}
