package import FleetFake
package import FleetGuard
internal import FleetKit
internal import FoundationEssentials

/// The event log read back: which process did what with which unit, in the order in which it happened.
package struct FakeEventLog: Sendable {
    package var events: [FakeEvent]

    /// - Throws: `.noServiceManager` for a log that cannot be read. A torn last line is left out.
    package init(directory: String) throws(FleetError) {
        let store = FakeStore(directory: directory)
        let bytes = try store.contents(of: store.eventsPath) ?? []
        var events: [FakeEvent] = []
        let decoder = JSONDecoder()
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            do {
                events.append(try decoder.decode(FakeEvent.self, from: Data(line)))
            } catch  where bytes.last != UInt8(ascii: "\n") && line.endIndex == bytes.endIndex {
                break
            } catch {
                throw FleetError(
                    .noServiceManager,
                    "\(Printable.oneLine(store.eventsPath)) has a line that is not an event: \(error)",
                    hint: "remove the fake backend's directory")
            }
        }
        self.events = events
    }

    /// `verb unit` of every command that was sent, in order.
    package var sent: [String] {
        events.filter { $0.what == .sent }.map { $0.unit.isEmpty ? $0.verb : "\($0.verb) \($0.unit)" }
    }

    /// Two operations that were at work at the same time.
    package struct Overlap: Sendable, Equatable {
        package var first: String
        package var second: String
        /// The second one's event that fell into the first one's time.
        package var event: FakeEvent
    }

    /// Every pair of senders of whom one did something between the first command that the other sent and the last thing
    /// that the other did (sending, or learning an end). Decided by the order of the lines, so clocks have no say.
    ///
    /// A sender that died or was evicted did nothing more, so its jobs that the manager finishes later are no overlap.
    package func overlaps() -> [Overlap] {
        var first: [String: Int] = [:]
        var last: [String: Int] = [:]
        for (index, event) in events.enumerated() where event.what == .sent || event.what == .seen {
            if first[event.actor] == nil { first[event.actor] = index }
            last[event.actor] = index
        }
        let actors = first.sorted { $0.value < $1.value }.map(\.key)
        var found: [Overlap] = []
        for (position, actor) in actors.enumerated() {
            for other in actors[(position + 1)...] {
                guard let end = last[actor], let begin = first[other], begin < end else { continue }
                found.append(Overlap(first: actor, second: other, event: events[begin]))
            }
        }
        return found
    }
}
