internal import GuardExplorer

/// What was typed.
struct ExplorerOptions {
    var names: [String] = []
    var preemptions: Int?
    var crashes: Int?
    var freezes: Int?
    var limit = Int.max
    var isList = false
    var bugs: [String] = []
    var replay: String?
    var walks = 0
    var seed: UInt64 = 1
    var isVerbose = false
    var isShortest = false
    var isUnreduced = false
    var remembersAll = false
    var suite: Suite?

    static let usage = """
        usage: guard-explorer [SCENARIO…] [--list] [--preemptions N|all] [--crashes N] [--freezes N] [--limit STATES]
                              [--bug NAME|all] [--replay SCHEDULE] [--walks N --seed N] [--shortest] [--unreduced]
                              [--remember-all] [--suite test|soak] [--verbose]
        Without a name: every scenario. A bug is hunted in its own scenario unless one is named.
        """

    struct Unknown: Error, CustomStringConvertible {
        var description: String
    }

    init(_ arguments: ArraySlice<String>) throws {
        var rest = arguments
        func value(_ option: String) throws -> String {
            guard let value = rest.popFirst() else { throw Unknown(description: "\(option) needs a value") }
            return value
        }
        func number(_ option: String) throws -> Int {
            guard let number = Int(try value(option)) else { throw Unknown(description: "\(option) needs a number") }
            return number
        }
        while let word = rest.popFirst() {
            switch word {
            case "--list": isList = true
            case "--verbose": isVerbose = true
            case "--shortest": isShortest = true
            case "--unreduced": isUnreduced = true
            case "--remember-all": remembersAll = true
            case "--suite":
                let name = try value(word)
                guard let known = Suite(rawValue: name) else { throw Unknown(description: "unknown suite \(name)") }
                suite = known
            case "--preemptions": preemptions = try number(word)
            case "--crashes": crashes = try number(word)
            case "--freezes": freezes = try number(word)
            case "--limit": limit = try number(word)
            case "--bug": bugs.append(try value(word))
            case "--replay": replay = try value(word)
            case "--walks": walks = try number(word)
            case "--seed": seed = UInt64(try number(word))
            case _ where word.hasPrefix("-"): throw Unknown(description: "unknown option \(word)")
            default: names.append(word)
            }
        }
    }
}
