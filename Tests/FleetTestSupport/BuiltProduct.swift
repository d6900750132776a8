internal import Glibc

/// Programs and scripts that belong to the build under test.
package enum BuiltProduct {
    /// Absolute path of a program beside the test bundle.
    package static func path(_ name: String) throws -> String {
        let path = try folder() + "/" + name
        guard access(path, X_OK) == 0 else { throw DeadlineMissed("\(path) is not there; run `swift build` first") }
        return path
    }

    /// Absolute path of a file in the package.
    package static func source(_ path: String, from file: String = #filePath) throws -> String {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        guard let tests = parts.lastIndex(of: "Tests") else { throw DeadlineMissed("\(file) is not in a Tests folder") }
        return parts[..<tests].joined(separator: "/") + "/" + path
    }

    private static func folder() throws -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw DeadlineMissed("readlink /proc/self/exe: \(errno)") }
        let me = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(me[..<(me.lastIndex(of: "/") ?? me.startIndex)])
    }
}
