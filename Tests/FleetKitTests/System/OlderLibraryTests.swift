import FleetTestSupport
import Glibc
import Testing

/// What the program defines itself of newer C libraries (Sources/CLinux/older_libc.c), in a program of its own: there the
/// kernel's answers can be replaced by strace.
@Suite("Names of newer C libraries", .timeLimit(.minutes(10)))
struct OlderLibraryTests {
    private let folder = FakeDirectory()
    private var program: String { folder.path + "/driver" }

    /// Prints `length X Y HYPOTF` and errno, and whether the numbers look random.
    private static let driver = #"""
        #include <errno.h>
        #include <math.h>
        #include <stdint.h>
        #include <stdio.h>
        #include <string.h>
        float hypotf(float, float);
        uint32_t arc4random(void), arc4random_uniform(uint32_t);
        void arc4random_buf(void *, size_t);
        static void length(float x, float y) {
            errno = 0;
            float it = hypotf(x, y);
            printf("%g %g: %.9g %d\n", x, y, it, errno == ERANGE);
        }
        int main(void) {
            length(3, 4);
            length(-3, 4);
            length(1e30f, 1e30f);
            length(3e38f, 3e38f);
            length(1e-42f, 0);
            length(1e-45f, 1e-45f);
            length(INFINITY, NAN);
            length(NAN, -INFINITY);
            length(NAN, 1);
            static unsigned char bytes[100000];
            unsigned seen[256] = {0}, outside = 0, counts[3] = {0};
            errno = EDOM;
            arc4random_buf(bytes, sizeof bytes);
            for (size_t i = 0; i < sizeof bytes; i++) seen[bytes[i]]++;
            for (int i = 0; i < 256; i++) outside += seen[i] < 200 || seen[i] > 600;
            printf("bytes too rare or too frequent: %u; errno kept: %d\n", outside, errno == EDOM);
            unsigned char last[64], none[64] = {0};
            memcpy(last, bytes + sizeof bytes - sizeof last, sizeof last);
            printf("the end is filled: %d\n", memcmp(last, none, sizeof last) != 0);
            uint32_t first = arc4random(), second = arc4random(), third = arc4random();
            printf("numbers differ: %d\n", first != second && second != third);
            for (int i = 0; i < 3000; i++) counts[arc4random_uniform(3)]++;
            printf("bounds: %d %u %u\n", counts[0] > 800 && counts[1] > 800 && counts[2] > 800, arc4random_uniform(0), arc4random_uniform(1));
            return 0;
        }
        """#

    private static let expected = """
        3 4: 5 0
        -3 4: 5 0
        1e+30 1e+30: 1.41421351e+30 0
        3e+38 3e+38: inf 1
        1.00053e-42 0: 1.0005271e-42 0
        1.4013e-45 1.4013e-45: 1.40129846e-45 0
        inf nan: inf 0
        nan -inf: inf 0
        nan 1: nan 0
        bytes too rare or too frequent: 0; errno kept: 1
        the end is filled: 1
        numbers differ: 1
        bounds: 1 0 0

        """

    private func build() throws {
        try ScriptedHome.write(Self.driver, to: folder.path + "/driver.c")
        let search = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let sources = [folder.path + "/driver.c", try BuiltProduct.source("Sources/CLinux/older_libc.c")]
        // Without built-ins, or the compiler would calculate for itself.
        let compiler = try TestProcess(
            ["/usr/bin/env", "clang", "-O1", "-fno-builtin", "-static", "-Wall", "-Werror", "-o", program] + sources + [
                "-lm"
            ],
            environment: ["PATH": search])
        #expect(try compiler.wait() == .exit(0), "\(compiler.errors)")
    }

    /// Runs it with what strace puts in the kernel's place.
    private func run(_ injected: String...) throws -> (end: TestProcess.End, output: String) {
        let options = injected.map { "--inject=" + $0 }
        let words = ["/usr/bin/strace", "--output=/dev/null", "--trace=getrandom,openat"] + options + [program]
        let process = try TestProcess(words, environment: [:])
        return (try process.wait(), process.output)
    }

    @Test("They do what the C library's own do")
    func plain() throws {
        try build()
        let (end, output) = try run()
        #expect(end == .exit(0))
        #expect(output == Self.expected)
    }

    @Test(
        "Without getrandom(2), or interrupted, the numbers are as good",
        arguments: [
            "getrandom:error=ENOSYS", "getrandom:error=EPERM", "getrandom:error=EINTR:when=1..3", "getrandom:retval=0",
        ])
    func withoutTheCall(_ injected: String) throws {
        try build()
        let (end, output) = try run(injected)
        #expect(end == .exit(0))
        #expect(output == Self.expected)
    }

    @Test("Where the kernel gives no randomness at all, the program ends instead of making numbers up")
    func withoutAnything() throws {
        try build()
        // Statically linked, so that the loader opens nothing.
        let (end, output) = try run("getrandom:error=ENOSYS", "openat:error=ENOENT")
        #expect(end == .signal(SIGABRT))
        #expect(!output.contains("bytes"), "\(output)")
    }
}
