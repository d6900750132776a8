/// The worlds that are explored.
public enum Scenarios {
    static let restart: [ScriptStep] = [.acquire(.patient), .act, .progress, .act, .release]
    static let short: [ScriptStep] = [.acquire(.hasty), .act, .release]
    static let left: [ScriptStep] = [.acquire(.patient), .act, .release]
    static let died: [ScriptStep] = [.acquire(.patient), .act, .work]

    /// Two contenders, every order of their calls.
    public static var two: [Scenario] {
        [
            Scenario("first-ever", [[.acquire(.patient), .act, .release], [.acquire(.patient), .act, .release]]),
            Scenario("two-restarts", [restart, short], before: [left]),
            Scenario("two-hasty", [short, short], before: [left]),
            Scenario("after-a-crash", [short, short], before: [died]),
            Scenario("restart-and-break", [restart, [.breakLock]], before: [left]),
            Scenario("work-and-push", [[.acquire(.patient), .act, .work, .act, .release], [.acquire(.pushy), .act, .release]], before: [left]),
            Scenario("two-breaks-after-a-crash", [[.breakLock], [.breakLock]], before: [died]),
            Scenario("break-and-takeover", [short, [.breakLock]], before: [died]),
            Scenario("helper", [[.acquire(.patient), .actThroughChild, .release], short], before: [left]),
            Scenario("twice", [[.acquire(.hasty), .act, .release, .acquire(.hasty), .act, .release], [.acquire(.hasty), .act, .release]], before: [left]),
            Scenario("no-wait", [restart, [.acquire(.noWait), .act, .release]], before: [left]),
            Scenario("hang", [[.acquire(.patient), .act, .hang(isStamped: false)], short], before: [left]),
        ]
    }

    public static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }

    public static var all: [Scenario] { two }
}
