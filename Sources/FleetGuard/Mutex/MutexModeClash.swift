/// Two processes that exclude each other in different ways do not exclude each other at all: refuse.
enum MutexModeClash {
    static func error(path: String, found: LockRecord.Mode) -> FleetError {
        FleetError(
            .io, "\(path) was made by a process that uses the \(found.rawValue) mutex, this one uses the other kind",
            .mutexClash)
    }
}
