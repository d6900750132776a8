internal import FleetGuard
internal import FleetKit

extension CommandBatch {
    // By index, since a copy of each entry at each step takes longer than everything else here.
    private var free: Int {
        capacity - entries.indices.count { entries[$0].phase.isUnderWay || entries[$0].overSince != nil }
    }
    private var hasWaiting: Bool { entries.indices.contains { isWaiting($0) } }

    private func isWaiting(_ index: Int) -> Bool {
        if case .waiting = entries[index].phase { true } else { false }
    }

    var canSend: Bool { hasWaiting && free > 0 }
    /// Commands wait for the end of others.
    var isFull: Bool { hasWaiting && free <= 0 }

    func send(_ connection: Connection) throws(WireError) {
        guard canSend else { return }
        let group = Array(
            entries.indices.filter { isWaiting($0) }.prefix(free))
        // Read just before sending and not once for all: an earlier command of the batch may have moved this unit.
        let states = try connection.brief(of: group.map { entries[$0].command.unit }, heartbeat)
        var calls: [Message] = []
        var indices: [Int] = []
        for (index, state) in zip(group, states) {
            entries[index].before = state
            if let result = OutcomeJudge.refusal(entries[index].command, before: state) {
                try finish(index, result, state, duration: .zero)
                continue
            }
            do { calls.append(try Manager.command(entries[index].command)) } catch { throw .stopped(error) }
            indices.append(index)
        }
        try connection.pipeline(calls.count, heartbeat) {
            calls[$0]
        } willSend: { (call) throws(WireError) in
            try heartbeat.willSend(entries[indices[call]].command)
            entries[indices[call]].phase = .sent
            entries[indices[call]].sentAt = .now
            entries[indices[call]].attempts += 1
        } received: { (call, reply) throws(WireError) in
            try take(reply, of: indices[call])
        }
    }

    private func take(_ reply: Reply, of index: Int) throws(WireError) {
        if reply.isUndelivered {
            entries[index].phase = .waiting
            return
        }
        if reply.isUnanswered {
            entries[index].phase = .unsure
            return
        }
        switch reply {
        case .refusal(let name, let text, _):
            entries[index].phase = .refused(name: name, text: text)
        case .answer(let message):
            if entries[index].command.verb == .resetFailed {
                entries[index].phase = .ended(.done)
            } else {
                var reader = MessageReader(message, "the answer to '\(entries[index].command)'")
                do throws(FleetError) {
                    let path = try reader.objectPath()
                    let prefix = UnitPath.manager + "/job/"
                    guard let id = path.after(prefix).flatMap({ UInt32($0) }) else {
                        throw WireError.unreadable("'\(Printable.oneLine(path))' is not a job")
                    }
                    entries[index].phase = .awaited(job: id)
                } catch { throw .stopped(error) }
            }
            try heartbeat.tell(.queued(entries[index].command))
        }
    }

    /// After a lost connection: what was sent and not answered may have been taken.
    func loseAnswers() {
        for index in entries.indices {
            if case .sent = entries[index].phase { entries[index].phase = .unsure }
        }
    }
}
