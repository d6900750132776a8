internal import FleetGuard
internal import FleetKit
internal import SystemPackage

/// Everything that the guard sees of the world, answered from a list.
///
/// A contender runs from its beginning and is given the answers that the world has already decided. At the first call
/// for which there is none it has come to what it does next. It goes on for as long as somebody guesses answers (those
/// that it gets if nobody interrupts it), then stops; from there on every answer is an error, so that the code unwinds
/// quickly, and nothing of that reaches the world.
final class Seam {
    let vocabulary: Vocabulary
    let index: Int
    let isPathMode: Bool
    let bug: SeededBug?
    /// What a buggy restart goes by: the agent as it was before the lock was held.
    var knownAgent: SeamAnswer?
    var knownFleet: SeamAnswer?
    /// How many agents there are in a world of rolling restarts.
    let agents: Int
    private let answers: [SeamAnswer]
    private let calls: [SeamCall]
    private var position = 0
    private var escape: Int64 = 1 << 20
    private(set) var next: SeamCall?
    private let guess: (SeamCall) -> SeamAnswer?
    /// The calls beyond the given answers; each but the last with the answer that was guessed.
    private(set) var found: [Found] = []

    struct Found {
        var call: SeamCall
        /// What is remembered here, when histories may have met by forgetting.
        var memory: Digest?
        var answer: SeamAnswer?
    }

    /// - Parameter calls: what was asked when the answers were given, to see that the code is deterministic.
    init(
        vocabulary: Vocabulary, index: Int, isPathMode: Bool, agents: Int, bug: SeededBug?, memory: Memory,
        calls: [SeamCall], answers: [SeamAnswer], guess: @escaping (SeamCall) -> SeamAnswer? = { _ in nil }
    ) {
        self.vocabulary = vocabulary
        self.index = index
        self.isPathMode = isPathMode
        self.agents = agents
        self.bug = bug
        self.memory = memory
        self.calls = calls
        self.answers = answers
        self.guess = guess
    }

    private var memory: Memory

    /// Called by the script between its steps.
    func finishedStep(_ step: Int, holdsLock: Bool) {
        guard next == nil else { return }
        memory.finishedStep(step, holdsLock: holdsLock)
    }

    /// Called by the guard at each look for the lock.
    func looksAgain() {
        guard next == nil else { return }
        memory.looksAgain()
    }

    /// How long one tick is: longer than any patience of the guard.
    static let tick: Duration = .seconds(5)

    var isStopped: Bool { next != nil }

    /// nil once the contender has come to its next call.
    func ask(_ call: @autoclosure () -> SeamCall) -> SeamAnswer? {
        guard next == nil else { return nil }
        let call = call()
        memory.willAsk(call)
        guard position < answers.count else {
            let answer = guess(call)
            found.append(
                Found(call: call, memory: memory.hasForgotten ? memory.fingerprint : nil, answer: answer))
            guard let answer else {
                next = call
                return nil
            }
            position += 1
            memory.got(answer, to: call)
            return answer
        }
        precondition(calls[position] == call, "the guard is not deterministic: \(call) instead of \(calls[position])")
        let answer = answers[position]
        position += 1
        memory.got(answer, to: call)
        return answer
    }

    private func failed(_ answer: SeamAnswer?) -> Errno {
        if case .failure(let number) = answer { Errno(rawValue: number) } else { .ioError }
    }

    private func done(_ answer: SeamAnswer?) throws(Errno) {
        guard case .some(.none) = answer else { throw failed(answer) }
    }

    private func name(_ name: String) -> Int32 { vocabulary.number(ofName: name) }

    private func status(_ answer: SeamAnswer?) throws(Errno) -> FileStatus {
        guard case .status(let key) = answer else { throw failed(answer) }
        return FileStatus(
            id: FileID(device: 1, inode: UInt64(key.inode)),
            modified: FileTime(seconds: Int64(key.modified), nanoseconds: 0), kind: .regular, size: Int64(key.size))
    }
}

extension Seam: LockFileCalls {
    var path: String { "/run" }

    func open(_ name: String, _ how: FileOpening) throws(Errno) -> LockFile {
        let answer = ask(.open(self.name(name), how))
        guard case .descriptor(let descriptor) = answer else { throw failed(answer) }
        return LockFile(descriptor: descriptor, closedBy: self)
    }

    func close(_ descriptor: CInt) { _ = ask(.close(descriptor)) }

    func read(_ file: borrowing LockFile, at offset: Int, count: Int) throws(Errno) -> [UInt8] {
        let answer = ask(.read(file.descriptor, offset: offset, count: count))
        guard case .content(let content) = answer else { throw failed(answer) }
        return vocabulary.content(content)
    }

    func write(_ file: borrowing LockFile, _ bytes: ArraySlice<UInt8>, at offset: Int) throws(Errno) -> Int {
        let answer = ask(
            .write(file.descriptor, content: vocabulary.number(ofContent: Array(bytes)), offset: offset))
        guard case .count(let count) = answer else { throw failed(answer) }
        return count
    }

    func status(of file: borrowing LockFile) throws(Errno) -> FileStatus {
        try status(ofDescriptor: file.descriptor)
    }

    func status(ofDescriptor number: CInt) throws(Errno) -> FileStatus { try status(ask(.statusOf(number))) }

    func status(at name: String) throws(Errno) -> FileStatus { try status(ask(.statusAt(self.name(name)))) }
    func link(_ old: String, _ new: String) throws(Errno) { try done(ask(.link(name(old), name(new)))) }
    func rename(_ old: String, _ new: String) throws(Errno) { try done(ask(.rename(name(old), name(new)))) }
    func unlink(_ name: String) throws(Errno) { try done(ask(.unlink(self.name(name)))) }

    func names() throws(Errno) -> [String] {
        let answer = ask(.names)
        guard case .names(let names) = answer else { throw failed(answer) }
        return names.map { vocabulary.name($0) }
    }

    func lock(_ file: borrowing LockFile, _ kind: KernelLockKind) throws(Errno) -> Bool {
        try lock(descriptor: file.descriptor, kind)
    }

    func lock(descriptor number: CInt, _ kind: KernelLockKind) throws(Errno) -> Bool {
        guard !isPathMode else { throw .noLocks }
        let answer = ask(.lock(number, kind))
        guard case .flag(let taken) = answer else { throw failed(answer) }
        return taken
    }

    func unlock(_ file: borrowing LockFile) { _ = ask(.unlock(file.descriptor)) }
    func touch(_ file: borrowing LockFile) throws(Errno) { try done(ask(.touch(file.descriptor))) }

    func makeWatch() throws(Errno) -> any LockWatch {
        let answer = ask(.makeWatch)
        guard case .descriptor(let number) = answer else { throw failed(answer) }
        return SeamWatch(seam: self, number: number)
    }

    /// A watch of this world.
    private final class SeamWatch: LockWatch {
        private let seam: Seam
        private let number: CInt

        init(seam: Seam, number: CInt) {
            self.seam = seam
            self.number = number
        }

        func follow(_ file: borrowing LockFile) throws(Errno) {
            try seam.done(seam.ask(.follow(number, file.descriptor)))
        }

        func wait(timeout: Duration) throws(Errno) -> Bool {
            let answer = seam.ask(.wait(number, timeout))
            guard case .flag(let isHeard) = answer else { throw seam.failed(answer) }
            return isHeard
        }
        func close() { _ = seam.ask(.closeWatch(number)) }
    }
}

extension Seam: GuardTime {
    func now() -> Duration {
        guard case .time(let tick) = ask(.now) else {
            // Unwinding: every deadline is over.
            escape += 1 << 20
            return .seconds(escape)
        }
        return Self.tick * Int(tick)
    }

    /// For people only, so it may stand still.
    func wallClock() -> Double { 0 }
    func sleep(for duration: Duration) { _ = ask(.sleep(duration)) }

    /// No call at all: nobody else can see it.
    func token() -> LockToken {
        let digits = String(memory.makeToken(), radix: 16)
        let text = "0000000\(index)-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
        return LockToken(text) ?? LockToken.random()
    }
}
