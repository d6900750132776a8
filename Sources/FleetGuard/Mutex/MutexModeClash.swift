/// Two processes that exclude each other in different ways do not exclude each other at all: refuse.
enum MutexModeClash {
    static func error(path: String, found: LockRecord.Mode) -> FleetError {
        FleetError(
            .io,
            "\(path) was created by a process that uses the \(found.rawValue) mutex; this process uses the other kind",
            .mutexClash)
    }
}
