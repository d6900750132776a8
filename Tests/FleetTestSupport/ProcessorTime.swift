import Glibc

/// The processor's time that this thread uses: what else runs on the machine does not count.
package enum ProcessorTime {
    package static func measure(_ body: () throws -> Void) rethrows -> Duration {
        let begin = now()
        try body()
        return now() - begin
    }

    private static func now() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
