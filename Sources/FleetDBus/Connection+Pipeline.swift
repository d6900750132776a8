internal import CDBus
internal import FleetGuard
internal import FleetKit

extension Connection {
    /// Calls in flight at once. 256 measured best on the private socket; a bus daemon allows 128 open replies to one
    /// connection (max_replies_per_connection's default, which the system bus keeps).
    private var window: Int { place.isPeerToPeer ? 256 : 100 }

    /// Sends messages in order without waiting for each other's answers, and returns when every answer came.
    ///
    /// - Parameters:
    ///   - make: the message of an index below `count`, asked for when it is about to leave: the manager works on the
    ///     first ones while the others are made.
    ///   - timeout: for all of them together; nil for the usual one.
    ///   - willSend: called with the index immediately before a message leaves.
    ///   - received: called with the index as each answer comes; also for those that came before a throw.
    /// - Throws: `.lost` when the connection breaks, the peer is silent, or the manager left the bus.
    func pipeline(
        _ count: Int, timeout: Duration? = nil, _ heartbeat: Heartbeat,
        make: (Int) throws(FleetError) -> Message, willSend: (Int) throws(WireError) -> Void = { _ in },
        received: (Int, Reply) throws(WireError) -> Void
    ) throws(WireError) {
        let timeout = timeout ?? limits.call + limits.perCall * count
        let deadline = SuspendingClock.now + timeout
        var inFlight: [UInt32: Int] = [:]
        inFlight.reserveCapacity(min(count, window))
        var sent = 0
        var hasManager = true
        while sent < count || !inFlight.isEmpty {
            // One message at a time in libdbus's own queue: what is queued there would leave after the last look at
            // the fence.
            while hasManager && sent < count && inFlight.count < window && !hasUnsentData {
                let message = try WireError.stopping { () throws(FleetError) in try make(sent) }
                try willSend(sent)
                inFlight[try send(message)] = sent
                sent += 1
            }
            let left = deadline - SuspendingClock.now
            guard left > .zero else { throw .lost("no answer within \(timeout)", at: place.address) }
            guard let message = try next(waitingAtMost: left, heartbeat) else { continue }
            let isReply =
                message.kind == DBUS_MESSAGE_TYPE_METHOD_RETURN || message.kind == DBUS_MESSAGE_TYPE_ERROR
            guard isReply, let index = inFlight.removeValue(forKey: message.replySerial) else {
                keepIfSignal(message)
                continue
            }
            let reply = Reply(message)
            try received(index, reply)
            if reply.isUndelivered || reply.isUnanswered { hasManager = false }
            if !hasManager && inFlight.isEmpty { break }
        }
        guard hasManager else { throw .lost("the manager left the bus", at: place.address) }
    }

    func pipeline(
        _ messages: [Message], timeout: Duration? = nil, _ heartbeat: Heartbeat
    ) throws(WireError) -> [Reply] {
        var replies = [Reply?](repeating: nil, count: messages.count)
        try pipeline(messages.count, timeout: timeout, heartbeat) {
            messages[$0]
        } received: { index, reply in
            replies[index] = reply
        }
        return replies.compactMap(\.self)
    }

    func call(_ message: Message, timeout: Duration, _ heartbeat: Heartbeat) throws(WireError) -> Reply {
        guard let answer = try pipeline([message], timeout: timeout, heartbeat).first else {
            throw .lost("no answer", at: place.address)
        }
        return answer
    }

    /// What the manager has signalled. Waits at most `limit` when nothing has come yet.
    func takeSignals(waitingAtMost limit: Duration, _ heartbeat: Heartbeat) throws(WireError) -> [ManagerSignal] {
        let deadline = SuspendingClock.now + limit
        // A peer that never stops sending must not hold the loop that looks at the fence.
        var patience = 1000
        while patience > 0 {
            patience -= 1
            let left = signals.isEmpty ? max(.zero, deadline - SuspendingClock.now) : .zero
            guard let message = try next(waitingAtMost: left, heartbeat) else { break }
            keepIfSignal(message)
        }
        defer { signals.removeAll() }
        return signals
    }
}
