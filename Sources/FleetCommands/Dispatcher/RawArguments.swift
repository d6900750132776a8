internal import Glibc

/// Words of the command line as the bytes that were typed: Swift's own arguments have U+FFFD where those are no UTF-8.
enum RawArguments {
    /// - Parameter words: operands, in the order in which they stand on the line.
    static func bytes(of words: [String], among line: [[UInt8]] = Self.line) -> [[UInt8]] {
        var rest = line[...]
        return words.map { word in
            guard word.unicodeScalars.contains("\u{FFFD}"),
                let place = rest.firstIndex(where: { String(decoding: $0, as: UTF8.self).utf8.elementsEqual(word.utf8) }
                )
            else { return Array(word.utf8) }
            let found = rest[place]
            rest = rest[(place + 1)...]
            return found
        }
    }

    static var line: [[UInt8]] {
        (0..<Int(CommandLine.argc)).compactMap { index in
            CommandLine.unsafeArgv[index].map { word in
                Array(UnsafeRawBufferPointer(start: word, count: strlen(word)))
            }
        }
    }
}
