internal import FoundationEssentials

/// The last restart that ended well, written by its owner before it releases the lock (`restart.last`). A process
/// that only wants *a* restart since it asked (`--join`) can end with it.
public struct CompletedRestart: Codable, Sendable, Equatable {
    public var version = 1
    public var token: String
    public var pid: Int32
    public var command: String
    public var scope: LockScope
    public var reason: String?
    public var bootID: String
    /// When its owner had the lock and no older owner could act any more: nanoseconds of CLOCK_MONOTONIC, which all
    /// processes of one boot share.
    public var startedAt: Int64
    /// RFC 3339, for people.
    public var finishedAt: String

    /// Whether it did everything that a restart of `wanted`, asked for at `asked`, would do.
    ///
    /// It must have *started* after that: one that was under way already may have passed an agent before whatever the
    /// asker wants to take effect was in place.
    public func covers(_ wanted: LockScope, askedAt asked: Duration, bootID: String) -> Bool {
        guard self.bootID == bootID, startedAt > asked.wholeNanoseconds else { return false }
        switch (scope, wanted) {
        case (.fleet, _): return true
        case (.agents, .fleet): return false
        case (.agents(let done), .agents(let names)): return Set(names).isSubset(of: done)
        }
    }

    static func parse(_ bytes: [UInt8]) -> CompletedRestart? {
        guard let restart = try? JSONDecoder().decode(Self.self, from: Data(bytes)),  // damaged: as if absent
            restart.version == 1
        else { return nil }
        return restart
    }

    func bytes() throws(FleetError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        } catch {
            throw FleetError(
                .io, "the restart's record cannot be written as JSON: \(error)", hint: "report this as a defect")
        }
    }
}
