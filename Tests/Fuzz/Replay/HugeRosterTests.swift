internal import FleetTestSupport
internal import Glibc
import Testing

@testable internal import FleetGuard
@testable internal import FleetKit

/// Texts of the largest size that a roster may have, made to cost as much as they can.
@Suite(.timeLimit(.minutes(5)), .serialized) struct HugeRosterTests {
    enum Shape: String, CaseIterable, Sendable {
        case elementsUnderALongHeader, elementsDeepInside, deepestNesting, dottedKeysInNestedTables, oneLongKey
        case oneLongString, manyTables, manyHeaders

        var text: String {
            let size = Roster.sizeLimit - 4096
            func parts(_ count: Int) -> String { Array(repeating: "a", count: count).joined(separator: ".") }
            switch self {
            case .elementsUnderALongHeader:
                return "[\(parts(60))]\nb = [" + String(repeating: "1,", count: size / 2) + "]\n"
            case .elementsDeepInside:
                return "b = " + String(repeating: "[", count: 200) + String(repeating: "1,", count: size / 2)
                    + String(repeating: "]", count: 200) + "\n"
            case .deepestNesting: return "b = " + String(repeating: "[", count: size / 2)
            case .dottedKeysInNestedTables:
                // Inside an array a line may end, so that the limit on one line's dots does not add up.
                let level = "[\n{\(parts(60)) = "
                return "b = " + String(repeating: level, count: 120) + "1" + String(repeating: "}\n]", count: 120)
                    + "\n"
            case .oneLongKey: return String(repeating: "k", count: size) + " = 1\n"
            case .oneLongString: return "s = \"" + String(repeating: "\\u0041", count: size / 6) + "\"\n"
            case .manyTables: return String(repeating: "[[agent]]\n", count: size / 10)
            case .manyHeaders: return (0..<size / 20).map { "[t\($0).a.b.c]\n" }.joined()
            }
        }
    }

    @Test(arguments: Shape.allCases) func `A huge roster is answered soon and in little memory`(_ shape: Shape) throws {
        let bytes = Array(shape.text.utf8)
        try #require(bytes.count <= Roster.sizeLimit)
        let before = try Self.peak()
        let took = ProcessorTime.measure {
            #expect(throws: FleetError.self) { try RosterDecoder.decode(bytes, file: "roster.toml") }
        }
        let grown = try Self.peak() - before
        print("roster: \(shape), \(bytes.count) bytes, \(took), peak grown by \(grown) MiB")
        #expect(took < .seconds(20))
        #expect(grown < 512, "MiB")
    }

    /// The most memory that this process ever had, in MiB.
    private static func peak() throws -> Int {
        let line = TestProcess.contents("/proc/self/status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return try #require(line?.split(separator: "\t").last?.split(separator: " ").first.flatMap { Int($0) }) >> 10
    }
}
