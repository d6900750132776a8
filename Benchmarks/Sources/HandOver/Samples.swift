/// What was measured, under a name, printed in the form in which hyperfine exports its own figures.
struct Samples {
    let name: String
    private var seconds: [Double] = []

    init(_ name: String) { self.name = name }

    mutating func add(nanoseconds: Int) { seconds.append(Double(nanoseconds) / 1e9) }

    fileprivate var result: String { #"{"command": "\#(name)", "times": \#(seconds)}"# }

    var json: String { [self].json }
}

extension [Samples] {
    var json: String { #"{"results": [\#(map(\.result).joined(separator: ", "))]}"# }
}
