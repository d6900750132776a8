internal import Glibc

/// A program's words and environment as C takes them.
enum ProgramLine {
    typealias Pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    /// Both lists end with a null pointer, and are gone when `body` has returned; its errno is kept.
    static func with<Value>(
        _ words: [String], _ environment: [String: String],
        _ body: (_ words: Pointers, _ environment: Pointers) -> Value
    ) -> Value {
        var argv = words.map { strdup($0) } + [nil]
        var envp = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            let number = errno
            for text in argv + envp { free(text) }
            errno = number
        }
        return body(&argv, &envp)
    }
}
