/// One decision of the scheduler.
enum Choice: Hashable {
    /// The contender makes its next call.
    case step(Int)
    /// The contender crashes, or, dying already, gets on with it.
    case die(Int)
    /// A helper process acts, or ends.
    case child(Int)
    /// systemd gets on with what it has to do about an agent.
    case job(Int)
    /// Time passes.
    case tick
}

/// Schedules as text, such as `a12 b3 A2 t b40`: lower case steps, upper case crashes, `x0` helpers, `j0` jobs, `t` time.
enum ScheduleString {
    static func encode(_ choices: [Choice]) -> String {
        var words: [String] = []
        var index = 0
        while index < choices.count {
            var end = index
            while end < choices.count, choices[end] == choices[index] { end += 1 }
            let count = end - index == 1 ? "" : "\(end - index)"
            switch choices[index] {
            case .step(let contender): words.append("\(letter(contender, "a"))\(count)")
            case .die(let contender): words.append("\(letter(contender, "A"))\(count)")
            case .child(let child): words += Array(repeating: "x\(child)", count: end - index)
            case .job(let agent): words += Array(repeating: "j\(agent)", count: end - index)
            case .tick: words.append("t\(count)")
            }
            index = end
        }
        return words.joined(separator: " ")
    }

    /// nil when the text is no schedule.
    static func decode(_ text: String) -> [Choice]? {
        var choices: [Choice] = []
        for word in text.split(separator: " ") {
            guard let first = word.utf8.first else { continue }
            let number = Int(word.dropFirst())
            guard number != nil || word.count == 1 else { return nil }
            switch first {
            case UInt8(ascii: "x"): choices.append(.child(number ?? 0))
            case UInt8(ascii: "j"): choices.append(.job(number ?? 0))
            case UInt8(ascii: "t"): choices += Array(repeating: .tick, count: number ?? 1)
            case UInt8(ascii: "a")...UInt8(ascii: "h"):
                choices += Array(repeating: .step(Int(first - UInt8(ascii: "a"))), count: number ?? 1)
            case UInt8(ascii: "A")...UInt8(ascii: "H"):
                choices += Array(repeating: .die(Int(first - UInt8(ascii: "A"))), count: number ?? 1)
            default: return nil
            }
        }
        return choices
    }

    private static func letter(_ index: Int, _ first: Unicode.Scalar) -> Character {
        Character(Unicode.Scalar(UInt8(first.value) + UInt8(index)))
    }
}
