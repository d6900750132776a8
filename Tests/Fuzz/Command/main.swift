import FuzzDriver
import Glibc

/// `fleet-fuzz TARGET [libFuzzer's own arguments]`; see Scripts/fuzz.
guard let name = CommandLine.arguments.dropFirst().first, let target = FuzzTarget.named(name) else {
    print("usage: fleet-fuzz TARGET [option…] [corpus…]; targets: \(FuzzTarget.all.map(\.name).joined(separator: " "))")
    exit(64)
}
let run = target.run
var count = CommandLine.argc - 1
var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
exit(
    LLVMFuzzerRunDriver(&count, &words) { data, size in
        do {
            try run(Array(UnsafeBufferPointer(start: data, count: size)))
        } catch {
            print("\(error)")
            abort()
        }
        return 0
    })
