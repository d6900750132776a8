internal import FleetGuard
internal import Glibc
internal import Logging
internal import Synchronization

/// What FleetKit and the backends log, for `-v`: one line each on stderr, below the command's own messages.
struct StandardErrorLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let label: String

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Once per process, as swift-log demands; the first caller's level counts.
    static func install(verbose: Bool) {
        isVerbose.store(verbose, ordering: .relaxed)
        _ = installed
    }

    func log(event: LogEvent) {
        let pairs = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
            .map { " \($0.key)=\(Printable.oneLine("\($0.value)"))" }.joined()
        Output.write(
            "mosaic fleet: \(label): \(Printable.oneLine("\(event.message)", limit: 1000))\(pairs)\n", to: STDERR_FILENO
        )
    }

    private static let isVerbose = Atomic(false)
    private static let installed: Void = LoggingSystem.bootstrap { label in
        StandardErrorLog(logLevel: isVerbose.load(ordering: .relaxed) ? .debug : .warning, label: label)
    }
}
