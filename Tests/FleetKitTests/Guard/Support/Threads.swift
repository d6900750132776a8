internal import FleetGuard
import Glibc
import Synchronization

/// Threads of one's own: blocking contenders would starve the test runner's pool.
final class Contender {
    private var thread = pthread_t()
    private let box: Box

    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    init(_ body: @escaping @Sendable () -> Void) {
        box = Box(body)
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Box>.fromOpaque(argument).takeUnretainedValue().body()
                return nil
            }, Unmanaged.passUnretained(box).toOpaque())
        precondition(result == 0, "no thread")
    }

    func join() { pthread_join(thread, nil) }

    /// Runs `count` contenders that begin at one moment; what they threw, in words.
    static func race(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) -> [String] {
        let errors = Collected<String>()
        let barrier = Barrier(count)
        let contenders = (0..<count).map { index in
            Contender {
                barrier.arrive()
                do { try body(index) } catch { errors.append("\(index): \(error)") }
            }
        }
        for contender in contenders { contender.join() }
        return errors.all
    }
}

/// A list that threads fill.
final class Collected<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])
    var all: [Element] { elements.withLock { $0 } }
    func append(_ element: Element) { elements.withLock { $0.append(element) } }
}

/// Lets nobody on before all are there.
final class Barrier: @unchecked Sendable {
    private var barrier = pthread_barrier_t()
    init(_ count: Int) { pthread_barrier_init(&barrier, nil, UInt32(count)) }
    deinit { pthread_barrier_destroy(&barrier) }
    func arrive() { pthread_barrier_wait(&barrier) }
}

/// One thread tells another that something happened.
final class Event: @unchecked Sendable {
    private let semaphore: UnsafeMutablePointer<sem_t>
    private let flag = Atomic(false)

    init() {
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
    }
    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }
    func happen() {
        flag.store(true, ordering: .releasing)
        sem_post(semaphore)
    }

    var hasHappened: Bool { flag.load(ordering: .acquiring) }

    /// - Returns: false when it did not happen in time.
    func wait(seconds: Int = 30) -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += seconds
        while sem_timedwait(semaphore, &deadline) != 0 {
            if errno != EINTR { return false }
        }
        return true
    }
}
