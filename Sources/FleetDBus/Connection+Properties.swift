internal import FleetGuard
internal import FleetKit

/// A question to the manager: a property of an object or, without a name, all properties of one of its interfaces.
struct PropertyQuestion {
    var name: String?
    var interface: String
    var path: String

    func call() throws(FleetError) -> Message {
        guard let name else { return try Manager.getAll(of: interface, at: path) }
        return try Manager.get(name, of: interface, at: path)
    }
}

extension Connection {
    /// Asks all of them in one pipeline.
    func replies(to questions: [PropertyQuestion], _ heartbeat: Heartbeat) throws(WireError) -> [Reply] {
        let calls = try WireError.stopping { () throws(FleetError) in
            try questions.map { (question) throws(FleetError) in try question.call() }
        }
        return try pipeline(calls, heartbeat)
    }

    /// Asks all of them in one pipeline, and looks at the replies when every one has come: a lost connection matters more
    /// than what a reply says.
    ///
    /// - Parameter hear: called with each question's index and reply, in order.
    func ask(
        _ questions: [PropertyQuestion], _ heartbeat: Heartbeat, hear: (Int, Reply) throws(FleetError) -> Void
    ) throws(WireError) {
        let replies = try replies(to: questions, heartbeat)
        try WireError.stopping { () throws(FleetError) in
            for (index, reply) in replies.enumerated() { try hear(index, reply) }
        }
    }
}

extension Message {
    /// The answer to a `Get`.
    func variant(_ what: String) throws(FleetError) -> MessageReader {
        var reader = MessageReader(self, what)
        return try reader.variant(what)
    }
}
