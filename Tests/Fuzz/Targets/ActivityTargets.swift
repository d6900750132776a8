@testable import FleetGuard
@testable import FleetKit

extension FuzzTarget {
    /// The message of a report, as any program may send it, and a status text, as any unit may have it.
    static func activity(_ bytes: [UInt8]) throws {
        let shown = Activity(statusText: String(decoding: bytes, as: UTF8.self))
        if let text = shown.statusText {
            try hold(Activity(statusText: text) == shown, "read as \(text)")
            try holdLine(text)
        }
        guard let message = ReportMessage(bytes) else { return }
        try hold(bytes.count <= ReportMessage.sizeLimit, "\(bytes.count) bytes")
        try hold(ReportMessage(message.bytes) == message, "\(message) is not itself")
        var activity = AgentActivity(quietFor: .seconds(1), now: .zero, time: 0)
        do throws(FleetError) { try activity.report(message.report, time: 1_767_323_045) } catch {
            try hold(activity.shown == .unknown && activity.isGuessing, "changed by a bad note")
            return
        }
        try hold(activity.shown.state == message.report.state && !activity.isGuessing, "\(activity.shown)")
        let text = activity.shown.statusText ?? ""
        try holdLine(text)
        try hold(Activity(statusText: text) == activity.shown, "\(text) is another activity")
    }

    /// No second notify message, and nothing that moves a cursor.
    private static func holdLine(_ text: String) throws {
        try hold(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }, text)
        try hold(text.utf8.count <= Activity.noteLimit + 64, "\(text.utf8.count) bytes")
    }
}
