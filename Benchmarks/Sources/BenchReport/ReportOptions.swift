/// The command line.
struct ReportOptions {
    var folder = ""
    var parts: Set<String> = Set(Measure.all(sizes: [20, 1000], realSizes: [20]).map(\.part))
    var sizes = [20, 200, 1000]
    var realSizes = [20, 60, 200]
    var machine = "a machine without a name"
    var isQuick = false
    var json: String?
    var markdown: String?
    var svg: String?

    init(_ arguments: some Sequence<String>) throws(BadReport) {
        var rest = Array(arguments)[...]
        while let word = rest.popFirst() {
            func value() throws(BadReport) -> String {
                guard let value = rest.popFirst() else { throw BadReport("\(word) needs a value") }
                return value
            }
            switch word {
            case "--parts": parts = Set(try value().split(separator: ",").map(String.init))
            case "--sizes": sizes = try value().split(separator: ",").compactMap { Int($0) }
            case "--real-sizes": realSizes = try value().split(separator: ",").compactMap { Int($0) }
            case "--machine": machine = try value()
            case "--quick": isQuick = true
            case "--json": json = try value()
            case "--markdown": markdown = try value()
            case "--svg": svg = try value()
            default:
                guard !word.hasPrefix("-"), folder.isEmpty else { throw BadReport("unknown argument '\(word)'") }
                folder = word
            }
        }
        guard !folder.isEmpty else { throw BadReport("which folder has the figures?") }
    }
}

/// Why there is no report.
struct BadReport: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
