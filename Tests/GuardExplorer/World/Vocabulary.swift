/// Gives file names and file contents small numbers, so that a simulated world is a few integers: quick to copy, to
/// compare and to hash. Numbers are handed out in order of first use and never change their meaning.
final class Vocabulary {
    private(set) var names: [String] = []
    private(set) var contents: [[UInt8]] = []
    private var nameNumbers: [String: Int32] = [:]
    private var contentNumbers: [[UInt8]: Int32] = [:]
    private var tokens: [Int32: Int32] = [:]
    private var plans: [Int32: Int32] = [:]
    private var writes: [Write: Int32] = [:]

    private struct Write: Hashable {
        var old: Int32
        var new: Int32
        var offset: Int
    }

    let lock: Int32
    let mutex: Int32
    let empty: Int32

    init() {
        lock = 0
        mutex = 1
        empty = 0
        names = ["restart.lock", "restart.mutex"]
        nameNumbers = ["restart.lock": 0, "restart.mutex": 1]
        contents = [[]]
        contentNumbers = [[]: 0]
    }

    func number(ofName name: String) -> Int32 {
        if let known = nameNumbers[name] { return known }
        let number = Int32(names.count)
        names.append(name)
        nameNumbers[name] = number
        return number
    }

    func number(ofContent bytes: [UInt8]) -> Int32 {
        if let known = contentNumbers[bytes] { return known }
        let number = Int32(contents.count)
        contents.append(bytes)
        contentNumbers[bytes] = number
        return number
    }

    func name(_ number: Int32) -> String { names[Int(number)] }
    func content(_ number: Int32) -> [UInt8] { contents[Int(number)] }

    /// Staged files are nobody's business: their coming and going wakes no waiter.
    func isStaging(_ name: Int32) -> Bool { names[Int(name)].hasPrefix("staging-") }
    func isEvicted(_ name: Int32) -> Bool { names[Int(name)].hasPrefix("evicted-") }

    func isClaim(_ name: Int32) -> Bool { names[Int(name)].hasPrefix("reap-") }

    /// The token of the record with this content, as a name; -1 when it is none.
    func token(ofContent content: Int32) -> Int32 {
        if let known = tokens[content] { return known }
        let text = String(decoding: contents[Int(content)], as: UTF8.self)
        let parts = text.split(separator: "\"")
        let key = parts.firstIndex(of: "token")
        let result = key.map { number(ofName: String(parts[$0 + 2])) } ?? -1
        tokens[content] = result
        return result
    }

    /// How many ticks the owner of the record with this content may rightly take; 0: it does not say.
    func plan(ofContent content: Int32) -> Int32 {
        if let known = plans[content] { return known }
        let text = String(decoding: contents[Int(content)], as: UTF8.self)
        let seconds = text.firstRange(of: "\"maxHoldSeconds\":").map { text[$0.upperBound...].prefix { $0.isNumber } }
        let ticks = seconds.flatMap { Int32($0) }.map { $0 / Int32(Seam.tick.components.seconds) } ?? 0
        plans[content] = ticks
        return ticks
    }

    /// What a file holds after a write of `new` at `offset`.
    func writing(_ new: Int32, over old: Int32, at offset: Int) -> Int32 {
        let key = Write(old: old, new: new, offset: offset)
        if let known = writes[key] { return known }
        var bytes = content(old)
        let added = content(new)
        if bytes.count < offset { bytes += Array(repeating: 0, count: offset - bytes.count) }
        bytes.replaceSubrange(offset..<min(bytes.count, offset + added.count), with: added)
        let result = number(ofContent: bytes)
        writes[key] = result
        return result
    }

    func slice(_ content: Int32, from offset: Int, count: Int) -> Int32 {
        let bytes = contents[Int(content)]
        if offset == 0, bytes.count <= count { return content }
        if offset >= bytes.count { return empty }
        return number(ofContent: Array(bytes[offset..<min(bytes.count, offset + count)]))
    }
}
