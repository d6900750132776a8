/// What was typed.
struct ChaosOptions {
    var seed: UInt64 = 1
    var kills = 200
    var from = 0
    var rounds = Int.max
    var places: [String] = []
    var mutex = "auto"
    var most = 16
    var mosaic: String?
    var preload: String?
    var isUnguarded = false
    var isVerbose = false

    static let usage = """
        usage: fleet-chaos [--seed N] [--kills N] [--rounds N] [--from ROUND] [--place DIR]… [--mutex auto|kernel|path]
                           [--processes N] [--mosaic PATH] [--preload LIBRARY] [--unguarded] [--verbose]
        Kills, stops and continues real mosaic processes at random moments until N kills are done in each place, and
        checks after every round what the guard promises. --unguarded lets every second process use a lock of its own:
        then an overlap must be found.
        """

    init(_ arguments: ArraySlice<String>) throws {
        var rest = arguments
        func value(_ option: String) throws -> String {
            guard let value = rest.popFirst() else { throw ChaosFailure("\(option) needs a value") }
            return value
        }
        func number(_ option: String) throws -> Int {
            guard let number = Int(try value(option)) else { throw ChaosFailure("\(option) needs a number") }
            return number
        }
        while let word = rest.popFirst() {
            switch word {
            case "--seed": seed = UInt64(try number(word))
            case "--kills": kills = try number(word)
            case "--rounds": rounds = try number(word)
            case "--from": from = try number(word)
            case "--place": places.append(try value(word))
            case "--mutex": mutex = try value(word)
            case "--processes": most = max(2, min(16, try number(word)))
            case "--mosaic": mosaic = try value(word)
            case "--preload": preload = try value(word)
            case "--unguarded": isUnguarded = true
            case "--verbose": isVerbose = true
            default: throw ChaosFailure("unknown option \(word)\n\(Self.usage)")
            }
        }
        if places.isEmpty { places = ["/tmp"] }
    }
}
