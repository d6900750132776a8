public import FleetGuard

/// Whether a unit runs with what it would get if it were started now, and if not, why.
public struct Freshness: Sendable, Equatable {
    /// The reasons and the doubt in one word, as `status --json` has it.
    public enum Verdict: String, Sendable {
        /// `outdated`: at least one thing has changed since the unit was started.
        case current, outdated
        /// It cannot be told; never taken for current.
        case unknown
    }

    /// What is another one now.
    public enum Kind: String, Sendable, CaseIterable {
        /// The unit file, or its template's.
        case unit
        /// A drop-in of the unit or of its template.
        case dropIn = "drop-in"
        /// The agent's entry in the roster, which its unit does not follow yet.
        case roster
        /// The file of the agent's program, or of what that has become or started.
        case program
        /// The interpreter of a script.
        case interpreter
        /// A file of `EnvironmentFile=`.
        case environmentFile = "environment-file"
    }

    /// One thing that has changed since the unit was started.
    public struct Reason: Sendable, Equatable {
        /// Decides the word in front of the path.
        public var kind: Kind
        /// The file; not safe for a terminal.
        public var path: String
        /// `changed`, `added`, `removed`, …: what became of it, for people.
        public var what: String

        /// - Parameters:
        ///   - path: as it is, not made printable.
        ///   - what: lower case, without a full stop.
        public init(_ kind: Kind, _ path: String, _ what: String) {
            self.kind = kind
            self.path = path
            self.what = what
        }

        /// `program /usr/bin/claude: another file than the one that was started`.
        public var words: String {
            let name = kind == .environmentFile ? "environment file" : kind.rawValue
            return "\(name) \(Printable.oneLine(path, limit: 4096)): \(what)"
        }
    }

    package var reasons: [Reason] = []
    /// Why it cannot be told, where nothing else makes it outdated.
    package var doubt: String?

    /// Without reasons and without a doubt it is current.
    public init(reasons: [Reason] = [], doubt: String? = nil) {
        self.reasons = reasons
        self.doubt = doubt
    }

    package var verdict: Verdict { !reasons.isEmpty ? .outdated : doubt == nil ? .current : .unknown }

    /// A new run would change that. A roster that the units do not follow yet is followed by `apply` first.
    package var isCuredByRestart: Bool { reasons.contains { $0.kind != .roster } }

    /// `program`, `drop-in, program`; empty when it is not outdated.
    public var kinds: String {
        Kind.allCases.filter { kind in reasons.contains { $0.kind == kind } }.map(\.rawValue).joined(separator: ", ")
    }

    /// All of it in one line; empty when it is current.
    public var words: String {
        reasons.isEmpty ? doubt ?? "" : reasons.map(\.words).joined(separator: "; ")
    }
}

/// How it is found out whether units are outdated.
public protocol FreshnessLook {
    /// - Parameter states: of units of the roster; only active ones are checked.
    /// - Returns: of each that is active.
    /// - Throws: `.noServiceManager`.
    func look(
        at states: [UnitState], of roster: Roster, in manager: any ServiceManager
    ) throws(FleetError) -> [UnitName: Freshness]
}
