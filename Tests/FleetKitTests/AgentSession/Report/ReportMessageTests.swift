import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("The message of a report")
struct ReportMessageTests {
    @Test func isReadBackAsItWasWritten() {
        for state in ActivityReport.states {
            for note in [nil, "tests", "a b", "naïve — café", String(repeating: "é", count: 100)] {
                let message = ReportMessage(ActivityReport(state, note: note), run: "0011-2")
                #expect(ReportMessage(message.bytes) == message)
                #expect(message.bytes.count <= ReportMessage.sizeLimit)
            }
        }
    }

    static let foreign: [[UInt8]] = [
        [], [0], Array("report".utf8), Array("report\0r\0idle".utf8), Array("report\0r\0unknown\0".utf8),
        Array("report\0r\0Idle\0".utf8), Array("report\0r\0idle \0".utf8), Array("repor\0r\0idle\0".utf8),
        Array("\nreport\0r\0idle\0".utf8), Array("TERM=x\0TMUX=y\0".utf8), Array("report\0r\0idle\0".utf8) + [0xFF],
        Array("report\0r\0idle\0".utf8) + [0xC3], Array("report\0r\0idle\0".utf8) + Array(repeating: 0x61, count: 499),
        Array(repeating: 0, count: 512), Array(repeating: 0x61, count: 8192),
    ]

    @Test("anything else is none", arguments: foreign) func otherBytes(_ bytes: [UInt8]) {
        #expect(ReportMessage(bytes) == nil)
    }

    @Test("what is cut off or damaged is never another state")
    func damaged() throws {
        let whole = ReportMessage(ActivityReport(.busy, note: "idle"), run: "r").bytes
        for length in 0..<whole.count {
            #expect(ReportMessage(whole.prefix(length)).map { $0.report.state == .busy } ?? true)
        }
        for place in whole.indices {
            for byte: UInt8 in [0, 10, 32, 127, 255] {
                var bytes = whole
                bytes[place] = byte
                #expect(ReportMessage(bytes).map { $0.report.state == .busy } ?? true)
            }
        }
    }

    @Test("a NUL or a line end in a note is no part of the message's form, and no note")
    func noteWithControls() throws {
        for note in ["a\0b", "a\nSTATUS=idle since 2026-01-02T03:04:05Z", "\u{1b}[2J"] {
            let message = try #require(ReportMessage(ReportMessage(ActivityReport(.idle, note: note), run: "r").bytes))
            #expect(message.report.note == note)
            var activity = AgentActivity()
            #expect(throws: FleetError.self) { try activity.report(message.report, time: 5) }
            #expect(activity.shown == .unknown)
        }
    }
}
