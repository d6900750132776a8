/// The one error type of FleetGuard, FleetKit and its backends: what happened, to which file or unit, and what to do next.
///
/// `message` names the file, unit or option and never ends in a full stop; `hint` is the next step for a person who
/// has only a terminal. The command line prints both; `--json` prints them with `code.rawValue`.
public struct FleetError: Error, Sendable, Equatable {
    /// The class of a failure, stable for scripts. Each library adds its own.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// Lower case, words joined by hyphens, such as `unsafe-home`; printed by `--json`.
        public let rawValue: String
        /// Any text: each library, and a program that uses them, adds its own.
        public init(rawValue: String) { self.rawValue = rawValue }
    }

    /// The class of the failure, for scripts and for the exit status.
    public var code: Code
    /// What failed, and for which file, unit or option; no full stop.
    public var message: String
    /// The next step for a person; empty where there is none.
    public var hint: String
    /// Of the system call that failed, where one did: see errno(3).
    public var errno: CInt?
    /// What the hint is made of, where that depends on the program around the guard.
    public private(set) var advice: GuardAdvice?

    /// - Parameters:
    ///   - message: names the file, unit or option; no full stop.
    ///   - hint: the next step; empty for none.
    ///   - errno: of the system call that failed; nil if none did.
    public init(_ code: Code, _ message: String, hint: String, errno: CInt? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
        self.errno = errno
    }

    /// - Parameter advice: as facts; the hint is made of them.
    init(_ code: Code, _ message: String, _ advice: GuardAdvice, errno: CInt? = nil) {
        self.init(code, message, hint: advice.words, errno: errno)
        self.advice = advice
    }
}

/// What the guard throws.
extension FleetError.Code {
    /// The file system, or /proc, refused something; `errno` says what.
    public static let io = Self(rawValue: "io")
    /// The lock is held, and the policy says not to wait (any longer).
    public static let busy = Self(rawValue: "busy")
    /// This process held the lock and lost it. It must not act any more.
    public static let evicted = Self(rawValue: "evicted")
    /// Somebody else could have prepared the files below the home.
    public static let unsafeHome = Self(rawValue: "unsafe-home")
}

extension FleetError: CustomStringConvertible {
    /// The message, and the next step where there is one.
    public var description: String { hint.isEmpty ? message : "\(message); \(hint)" }
}
