internal import FleetGuard
internal import Testing

@testable internal import FleetCommands

struct JSONObjectTests {
    @Test("a key without a value is left out, also where the value is an optional of its own type")
    func absent() throws {
        let none: String? = nil
        let some: [Int]? = [1, 2]
        let object: JSONObject = [
            "schemaVersion": 1, "none": none, "some": some, "yes": true, "choice": some == nil ? "a" : nil,
            "inner": ["seconds": 1.5, "who": ["a"], "none": none] as JSONObject,
        ]
        let line = String(decoding: try JSONLine.bytes(object, of: "the answer"), as: UTF8.self)
        #expect(
            line == #"{"inner":{"seconds":1.5,"who":["a"]},"schemaVersion":1,"some":[1,2],"yes":true}"# + "\n")
    }
}
