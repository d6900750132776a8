package import FleetGuard
internal import Glibc

/// The recent tries of `heal`, which limit how often it tries a unit.
///
/// A value made of lines `BOOT SECONDS WORD UNIT`, in the time since the machine's boot: a step of the wall clock neither
/// frees nor holds a unit. A reboot resets the tries.
package struct HealTries: Sendable, Equatable {
    /// So often a unit is tried within `window`.
    package static let most = 3
    /// Seconds.
    package static let window: Int64 = 3600

    enum Word: String, CaseIterable { case `try`, rest }

    struct Entry: Equatable {
        var time: BootTime
        var word: Word
        var unit: UnitName
    }

    private(set) var entries: [Entry] = []
    /// Lines that make no sense: they count as none. At worst a unit is tried three times more.
    package private(set) var damaged = 0

    package init() {}

    init(text: String) {
        for line in text.parts(at: "\n") {
            let words = line.parts(at: " ", keepingEmpty: true)
            guard words.count == 4, let seconds = Int64(words[1]), seconds >= 0,
                let word = Word.allCases.first(where: { words[2].isExactly($0.rawValue) }),
                let unit = UnitName(known: words[3])
            else {
                damaged += 1
                continue
            }
            entries.append(Entry(time: BootTime(boot: String(words[0]), seconds: seconds), word: word, unit: unit))
        }
    }

    /// Only what counts now.
    func text(at now: BootTime) -> String {
        recent(now).map { "\($0.time.boot) \($0.time.seconds) \($0.word.rawValue) \($0.unit)\n" }.joined()
    }

    private func recent(_ now: BootTime) -> [Entry] {
        entries.filter { entry in now.seconds(since: entry.time).map { $0 < Self.window } ?? false }
    }

    /// Units that were tried often enough, each with the seconds until it may be tried again.
    package func resting(at now: BootTime) -> [UnitName: Int64] {
        var times: [UnitName: [Int64]] = [:]
        for entry in recent(now) where entry.word == .try {
            times[entry.unit, default: []].append(entry.time.seconds)
        }
        return times.compactMapValues { times in
            guard times.count >= Self.most else { return nil }
            // The newest three hold it: it is free when the oldest of them is an hour old.
            let oldest = times.sorted().suffix(Self.most).first ?? now.seconds
            return max(1, Self.window - (now.seconds - oldest))
        }
    }

    /// Whether the event of this rest was sent.
    func isTold(_ unit: UnitName, at now: BootTime) -> Bool {
        recent(now).contains { $0.word == .rest && $0.unit == unit }
    }

    mutating func add(_ word: Word, _ units: [UnitName], at now: BootTime) {
        entries += units.map { Entry(time: now, word: word, unit: $0) }
    }
}

/// Where the tries are kept.
package protocol HealLedger: AnyObject {
    /// - Throws: `.unsafeHome`, `.io`.
    func read() throws(FleetError) -> HealTries
    /// Only for the lock's owner.
    /// - Throws: `.unsafeHome`, `.io`.
    func write(_ tries: HealTries, at now: BootTime) throws(FleetError)
}

/// `restart.heals` in the run directory. Its lines are believed only as far as they can be read; the file itself is
/// refused where another user could have written it.
package final class HealFile: HealLedger, KeptFile {
    package static let name = "restart.heals"
    /// Three tries and a rest of a thousand units are far less.
    private static let limit = 1 << 20
    private let home: MosaicHome

    package init(home: MosaicHome) { self.home = home }

    package var path: String { home.runDirectory + "/" + Self.name }
    var remedy: String { "move it away; the next heal begins a new one" }

    package func read() throws(FleetError) -> HealTries {
        guard let opened = try RunDirectoryOpener.open(home: home.path, create: false) else { return HealTries() }
        guard let file = try open(opened.descriptor.number, Self.name, O_RDONLY) else { return HealTries() }
        guard let text = SmallFile.text("/proc/self/fd/\(file.number)", limit: Self.limit) else {
            throw unsafe("is longer than \(Self.limit) bytes, or cannot be read")
        }
        return HealTries(text: text)
    }

    package func write(_ tries: HealTries, at now: BootTime) throws(FleetError) {
        guard let opened = try RunDirectoryOpener.open(home: home.path, create: true) else {
            throw FleetError(.io, "the directory of \(shown) was removed", hint: "run the command again")
        }
        let staged = RunDirectory.stagingPrefix + LockToken.random().rawValue
        let bytes = Array(tries.text(at: now).utf8)
        _ = try replace(opened.descriptor.number, Self.name, staged: staged, with: bytes)
    }
}
