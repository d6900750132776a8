/// One decoder with what must hold for every input. The fuzzer drives it, and `swift test` replays its corpus.
struct FuzzTarget: Sendable, CustomStringConvertible {
    var name: String
    /// Returns whatever the input is; throws `Broken` when a promise is not kept.
    var run: @Sendable ([UInt8]) throws -> Void

    var description: String { name }

    static let all: [FuzzTarget] = [
        FuzzTarget(name: "record", run: lockRecord), FuzzTarget(name: "mutex", run: mutexRecord),
        FuzzTarget(name: "intents", run: intents), FuzzTarget(name: "roster", run: roster),
        FuzzTarget(name: "duration", run: duration), FuzzTarget(name: "names", run: names),
        FuzzTarget(name: "systemctl", run: systemctl), FuzzTarget(name: "dbus-wire", run: dbusWire),
        FuzzTarget(name: "dbus-values", run: dbusValues), FuzzTarget(name: "history", run: history),
        FuzzTarget(name: "date", run: date), FuzzTarget(name: "activity", run: activity),
    ]

    static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// A promise that an input broke.
struct Broken: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

func hold(_ promise: Bool, _ words: @autoclosure () -> String) throws(Broken) {
    if !promise { throw Broken(words()) }
}
