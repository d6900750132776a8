internal import FleetGuard

/// A record as an entry of the journal.
package enum JournalEntry {
    /// Of every entry that is written here, for `journalctl MESSAGE_ID=…`.
    package static let messageID = "6f1a0c9d6e0b4c5f9a3f1d0f6c1b7e52"

    /// `journalctl --user -u UNIT` (with `--user-unit` the same) also shows entries whose USER_UNIT is that unit and
    /// whose sender is the same user, `journalctl -u UNIT` those of root whose OBJECT_SYSTEMD_UNIT is: journalctl(1) 252.
    package static func fields(_ record: HistoryRecord, _ scope: ManagerScope) -> JournalSocket.Fields {
        var fields: JournalSocket.Fields = [
            ("MESSAGE", HistoryWords.sentence(record)),
            // 6 is information, 4 a warning.
            ("PRIORITY", record.isWell ? "6" : "4"),
            ("SYSLOG_IDENTIFIER", JournalSocket.identifier),
            ("MESSAGE_ID", messageID),
            ("MOSAIC_KIND", record.kind),
            ("MOSAIC_RESULT", record.result),
            ("MOSAIC_COMMAND", record.command),
            ("MOSAIC_SCOPE", record.scope.words),
        ]
        if let reason = record.reason { fields.append(("MOSAIC_REASON", reason)) }
        for token in [record.token, record.outer, record.owner?.token] {
            if let token { fields.append(("MOSAIC_TOKEN", token)) }
        }
        let name = scope == .user ? "USER_UNIT" : "OBJECT_SYSTEMD_UNIT"
        for unit in record.units { fields.append((name, unit.unit)) }
        return fields
    }
}

/// Records in words. Everything that comes from a file is made safe for a terminal.
package enum HistoryWords {
    /// `restart of the whole fleet by pid 12 done in 2.3s, after 1.2s of waiting for pid 11 (…): new tmux`
    package static func sentence(_ record: HistoryRecord) -> String {
        let took = DurationText.human(.milliseconds(record.milliseconds))
        let why = record.reason.map { ": \(Printable.oneLine($0))" } ?? ""
        let result = Printable.oneLine(record.result, limit: 40)
        let by = "by pid \(record.pid)"
        guard let kind = HistoryRecord.Kind(rawValue: record.kind) else {
            return "\(Printable.oneLine(record.kind, limit: 40)) \(by): \(result)"
        }
        switch kind {
        case .restart, .heal, .run, .start, .stop:
            let what = kind == .run ? "lock run" : "\(kind.rawValue) of \(record.scope.words)"
            let status = kind == .run && record.error == nil ? " (status \(record.status))" : ""
            return "\(what) \(by) \(ending(result))\(status) in \(took)\(wait(record))\(why)"
        case .takeover: return "the lock was taken over \(by) from \(party(record.owner)), which was dead"
        case .eviction: return "\(party(record.owner)) was evicted \(by) (\(result))"
        case .break: return "the lock of \(party(record.owner)) was broken \(by) (\(result))"
        }
    }

    /// A result that is an error's code is not a verb: `failed (no-such-unit)`.
    private static func ending(_ result: String) -> String {
        let verbs = ["done", "joined", "failed", "halted", "evicted", "interrupted", "terminated"]
        return verbs.containsExactly(result) ? result : "failed (\(result))"
    }

    static func wait(_ record: HistoryRecord) -> String {
        guard record.waited >= 400 || record.waitedFor != nil else { return "" }
        let owner = record.waitedFor.map { " for \(party($0))" } ?? ""
        return ", after \(DurationText.human(.milliseconds(record.waited))) of waiting\(owner)"
    }

    package static func party(_ party: HistoryRecord.Party?) -> String {
        guard let party else { return "an unknown owner" }
        let progress = party.progress.map { ", \(Printable.oneLine($0, limit: 60))" } ?? ""
        let reason = party.reason.map { ", reason: \(Printable.oneLine($0))" } ?? ""
        return "pid \(party.pid) (\(Printable.oneLine(party.command))\(reason)\(progress))"
    }
}
