internal import FleetGuard
internal import FleetKit

/// What a contender's code can still know of the answers that it got, as a fingerprint.
///
/// Two histories that left the same memory have the same future, so the call tree goes on with one of them. Every answer
/// is added; what is forgotten again is only what was local to code that has returned, or to a turn of a loop that is
/// over. Each place that forgets names what survives it. If it named too little, two futures would differ, which
/// `CallTree` looks for, and the worlds explored without any forgetting would end in other ways, which a test looks for.
struct Memory {
    private(set) var fingerprint = Digest()
    /// Something was forgotten since the last call, so others may have come to the same memory.
    private(set) var hasForgotten = false
    /// How many tokens were made; the next one follows from it.
    private(set) var tokens = 0

    private let vocabulary: Vocabulary
    private let isPathMode: Bool
    private let forgets: Bool
    /// A restart operation shows what the owners before it left undone; without one nobody asks for that.
    private let remembersEvents: Bool

    private var mutexDescriptor: CInt = -1
    /// This one signed in there since it was opened: what is in it is not read again.
    private var isMutexKnown = false
    private var mutexInode: Int32 = -1
    private var stagedDescriptor: CInt = -1
    private var stagedStatus: FileStatusKey?
    private var lastStatus: FileStatusKey?
    private var lastNow: Int32 = 0
    /// The agents' runs at the look before the wait; empty for none.
    private var wish: [Int32] = []
    private var beforeLastAnswer = Digest()

    /// `Guard.acquire`: what was known before it began, and when it began to wait.
    private var acquiring: (before: Digest, waiting: Digest)?
    private var waiter = WaiterMemory(since: 0)
    private var isObserving = false
    private var isPublished = false
    /// What survived the publishing, until the mutex is left; then the evicted records that were listed do, too.
    private var publishing: (base: Digest, evicted: [Int32]?)?
    private var burying: Digest?
    private var burial = WatchedTicks(since: 0)
    /// Of the burial's time.
    private var stampedAt: Int32 = 0
    private var hasKilled = false

    /// `RegistryMutex.enter`: what was known before it began.
    private var entering: Digest?
    private var inside: Digest?
    private var isInside = false
    private var spin = SpinMemory()
    private var tokensBefore = 0

    init(_ vocabulary: Vocabulary, isPathMode: Bool, forgets: Bool, remembersEvents: Bool) {
        self.vocabulary = vocabulary
        self.isPathMode = isPathMode
        self.forgets = forgets
        self.remembersEvents = remembersEvents
    }

    mutating func makeToken() -> Int {
        tokens += 1
        return tokens
    }

    // MARK: - Forgetting

    private mutating func forget(to base: Digest, _ survives: [Int32]) {
        guard forgets else { return }
        fingerprint = base
        fingerprint.add(tokens)
        fingerprint.add(mutexDescriptor, isMutexKnown ? 1 : 0)
        fingerprint.add(mutexInode)
        for run in wish { fingerprint.add(run) }
        for number in survives { fingerprint.add(number) }
        hasForgotten = true
    }

    private static func numbers(_ status: FileStatusKey?) -> [Int32] {
        status.map { [$0.inode, $0.modified, $0.size] } ?? [-1]
    }

    /// A step of the script is done.
    mutating func finishedStep(_ step: Int, holdsLock: Bool) {
        wish = []
        forget(
            to: Digest(),
            [Int32(step), holdsLock ? stagedDescriptor : -1]
                + (holdsLock ? Self.numbers(stagedStatus) : [-2]))
        acquired()
    }

    private mutating func acquired() {
        acquiring = nil
        isPublished = false
        publishing = nil
        burying = nil
    }

    /// The top of the loop that waits for the lock.
    mutating func looksAgain() {
        guard !isPublished else { return }
        isObserving = true
        waiter.observed = nil
        waiter.content = -1
        if let acquiring {
            forget(to: acquiring.waiting, waiter.numbers)
        } else {
            acquiring = (beforeLastAnswer, fingerprint)
            waiter = WaiterMemory(since: lastNow)
        }
    }

    mutating func willAsk(_ call: SeamCall) {
        hasForgotten = hasForgotten && forgets
        switch call {
        case .lock(mutexDescriptor, .exclusive) where !isInside && !isPathMode: beginEntering()
        case .statusAt(vocabulary.mutex) where !isInside && isPathMode: beginEntering()
        case .write(mutexDescriptor, _, _) where isInside && !isPathMode:
            // Signing in: of the one who was in before only the mode of the mutex was looked at.
            if let inside { forget(to: inside, [1]) }
            inside = nil
        case .unlock(mutexDescriptor) where !isPathMode, .statusOf(mutexDescriptor) where isPathMode: leaves()
        default: break
        }
    }

    /// What crashes left has been swept.
    private mutating func leaves() {
        if let publishing, let evicted = publishing.evicted { forget(to: publishing.base, [4] + evicted) }
        publishing = nil
    }

    /// A sleep between two looks at evicted owners is over.
    private mutating func looksForEvictedAgain() {
        if let burying, !hasKilled, !remembersEvents { forget(to: burying, [stampedAt, burial.total, burial.last]) }
    }

    private mutating func beginEntering() {
        isObserving = false
        guard entering == nil else { return }
        entering = fingerprint
        tokensBefore = tokens
        spin = SpinMemory()
    }

    private mutating func entered() {
        if let entering { forget(to: entering, [2, isPathMode ? stagedDescriptor : -1]) }
        entering = nil
        isInside = true
        inside = fingerprint
    }

    /// A sleep between two tries of the mutex is over.
    private mutating func triesAgain() {
        guard let entering else { return }
        spin.isReaping = false
        guard !spin.isDealingWithHolder else { return }
        // What the failed try had staged is gone, and the next try stages only when whoever sweeps has left the mutex: its
        // names are free again.
        if isPathMode { tokens = tokensBefore }
        forget(to: entering, spin.numbers)
    }

    /// Somebody else got the lock while this one was in front of the mutex.
    private mutating func gaveUp() {
        if let entering { forget(to: entering, [5]) }
        entering = nil
    }

    /// The record has the lock's name. The wait is over: whose place this one took is still told.
    private mutating func published() {
        if let acquiring {
            forget(
                to: acquiring.before,
                [3, stagedDescriptor, waiter.watch, waiter.content] + Self.numbers(stagedStatus))
        }
        isPublished = true
        publishing = (fingerprint, nil)
    }

    // MARK: - Remembering

    mutating func got(_ answer: SeamAnswer, to call: SeamCall) {
        hasForgotten = false
        beforeLastAnswer = fingerprint
        fingerprint.add(answer)
        switch (call, answer) {
        case (.open(vocabulary.mutex, .update), .descriptor(let descriptor)):
            mutexDescriptor = descriptor
            isMutexKnown = false
        case (.write(mutexDescriptor, _, _), .count): isMutexKnown = true
        case (.names, .names(let names)): publishing?.evicted = names.filter(vocabulary.isEvicted)
        case (.open(vocabulary.mutex, .read), _): spin.isReaping = true
        case (.open(vocabulary.lock, .read), .failure): isObserving = false
        case (.open(_, .create), .descriptor(let descriptor)):
            stagedDescriptor = descriptor
            stagedStatus = nil
        case (.statusOf(let descriptor), .status(let status)):
            lastStatus = status
            if descriptor == stagedDescriptor { stagedStatus = status }
            if descriptor == mutexDescriptor { mutexInode = status.inode }
            if isObserving { waiter.observed = status }
        case (.statusAt(vocabulary.lock), .status) where entering != nil: gaveUp()
        case (.statusAt(let name), _) where entering != nil: spin.sawFile(name, answer)
        case (.read(_, 0, _), .content(let content)):
            if isObserving { waiter.content = content }
            spin.content = content
        case (.close(let descriptor), _) where descriptor == mutexDescriptor:
            mutexDescriptor = -1
            mutexInode = -1
            isInside = false
        case (.now, .time(let tick)): sawTime(tick)
        case (.mark(.granted), _): acquired()
        case (.mark(.look), .agent(_, let run)): wish = [run]
        case (.mark(.lookAtFleet), .fleet(let agents)): wish = agents.map(\.run)
        case (.makeWatch, .descriptor(let watch)): waiter.watch = watch
        case (.follow, _): waiter.follows(lastStatus, vocabulary)
        case (.wait, let answer):
            waiter.waitedSince = lastNow
            waiter.isHeard = answer == .flag(true)
        case (.lock(mutexDescriptor, .exclusive), .flag(true)) where !isPathMode && !isInside: entered()
        case (.unlock(mutexDescriptor), _): isInside = false
        case (.link(_, vocabulary.mutex), .none) where isPathMode && !isInside:
            mutexDescriptor = stagedDescriptor
            entered()
        case (.link(_, vocabulary.lock), .none), (.rename(_, vocabulary.lock), .none): published()
        case (.link(_, _), .none): spin.isDealingWithHolder = true
        case (.sleep, _) where entering != nil: triesAgain()
        case (.sleep, _): looksForEvictedAgain()
        case (.exclusiveHolders, _): spin.isDealingWithHolder = true
        case (.isStopped, .flag(true)): spin.isDealingWithHolder = true
        case (.touch, _): stampedAt = burial.total
        case (.kill, _):
            hasKilled = true
            spin.isDealingWithHolder = true
        default: break
        }
    }

    private mutating func sawTime(_ tick: Int32) {
        lastNow = tick
        if isObserving { waiter.sawLock(at: tick, vocabulary) }
        isObserving = false
        waiter.woke(at: tick)
        if isPublished, !isInside, burying == nil {
            burying = fingerprint
            burial = WatchedTicks(since: tick)
            stampedAt = 0
            hasKilled = false
        } else if burying != nil {
            burial.look(tick)
        }
        if entering != nil { spin.sawTime(tick, isPathMode: isPathMode) }
    }
}

extension Digest {
    fileprivate mutating func add(_ answer: SeamAnswer) {
        switch answer {
        case .none: add(1)
        case .failure(let number): add(2, number)
        case .descriptor(let number): add(3, number)
        case .content(let number): add(4, number)
        case .count(let number): add(5, Int32(number))
        case .status(let key):
            add(6, key.inode)
            add(key.modified, key.size)
        case .names(let names):
            add(7, Int32(names.count))
            for name in names { add(name) }
        case .flag(let value): add(8, value ? 1 : 0)
        case .time(let tick): add(9, tick)
        case .liveness(let isAlive): add(10, isAlive ? 1 : 0)
        case .processes(let numbers):
            add(11, Int32(numbers.count))
            for number in numbers { add(number) }
        case .agent(let isUp, let run): add(isUp ? 12 : 13, run)
        case .fleet(let agents): for agent in agents { add(14 + agent.condition.rawValue, agent.run) }
        case .owed(let bits): add(20, Int32(bitPattern: bits))
        }
    }
}
