@testable import FleetGuard
@testable import FleetKit

extension FuzzTarget {
    /// `restart.lock`: whoever wrote it, it is a record that comes back as it is, or unreadable with a reason.
    static func lockRecord(_ bytes: [UInt8]) throws {
        let text: LockRecordText
        do throws(LockRecordText.Unreadable) {
            text = try LockRecordText(parsing: bytes)
        } catch {
            return try hold(!error.reason.isEmpty, "unreadable without a reason")
        }
        var again = try LockRecordText.firstLine(text.record)
        for event in text.events { again += try LockRecordText.line(event) }
        try hold(try LockRecordText(parsing: again) == text, "the record does not come back")
        try hold(text.events.count <= bytes.count, "more events than bytes")
        let observation = LockObservation(
            id: FileID(device: 1, inode: 2), stamp: FileTime(seconds: 3, nanoseconds: 4), kind: .regular,
            content: .record(text), kernelLock: .held)
        let words = GuardWords.owner(observation)
        try hold(words.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "not printable: \(words)")
        _ = WaitPolicy(maxWait: .zero).decide(
            observation, isAbandoned: false, .init(unchanged: .zero, owner: .seconds(5), waited: .seconds(5)))
        for maxWait in [nil, Duration.seconds(600)] {
            try show(lock: observation, policy: WaitPolicy(maxWait: maxWait), waited: .seconds(5))
        }
    }

    static func mutexRecord(_ bytes: [UInt8]) throws {
        guard let record = MutexRecord(parsing: bytes) else { return }
        let again = try record.bytes()
        try hold(again.count >= MutexRecord.length, "shorter than its fixed length")
        try hold(MutexRecord(parsing: again) == record, "the mutex record does not come back")
    }

    static func intents(_ bytes: [UInt8]) throws {
        let intents = Intents(lines: bytes)
        let sum = intents.changes.map(\.line).joined()
        try hold(Intents(lines: Array(sum.utf8)) == intents, "the intents do not come back from their sum: \(sum)")
        try hold(intents.owed.isDisjoint(with: intents.stopped.keys), "owed and stopped on purpose at once")
    }
}
