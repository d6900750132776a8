import FuzzDriver
import Glibc

/// `FUZZ_TARGET=… fleet-fuzz [libFuzzer's own arguments]`; see Scripts/fuzz. Not an argument: libFuzzer starts itself
/// again to merge.
guard let variable = getenv("FUZZ_TARGET"), case let name = String(cString: variable),
    let target = FuzzTarget.named(name)
else {
    print(
        "usage: FUZZ_TARGET=… fleet-fuzz [option…] [corpus…]; targets: \(FuzzTarget.all.map(\.name).joined(separator: " "))"
    )
    exit(64)
}
let run = target.run
var count = CommandLine.argc
var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(
    LLVMFuzzerRunDriver(&count, &words) { data, size in
        do {
            try run(Array(UnsafeBufferPointer(start: data, count: size)))
        } catch {
            // Unbuffered: the next statement ends the process.
            let words = Array("\(error)\n".utf8)
            _ = write(STDERR_FILENO, words, words.count)
            abort()
        }
        return 0
    })
