public import FleetGuard

public enum TakeAnswer: Hashable, Sendable {
    case taken
    /// The host's slot is held, or too many are; all that are held.
    case refused([StoredSlot])
    /// It may have been taken, now or soon: look for the token.
    case unknown
}

public enum ReturnAnswer: Hashable, Sendable {
    case done
    /// The slot is not there any more, or it has changed.
    case gone
    /// Ask again: to give back what is gone changes nothing.
    case unknown
}

/// Where slots live. Every change compares the slot's token, in one step with the change.
public protocol SlotStore: AnyObject {
    /// Says that this station lives, until `withdraw` or its end.
    /// - Parameter atOnce: as hosts.toml has it. Where stations share the number of slots, this is what it becomes if they
    ///   have not agreed on one yet.
    /// - Returns: the number of slots.
    /// - Throws: `.io` or `.noServiceManager`: nothing was taken.
    func announce(atOnce: Int) throws(FleetError) -> Int
    func withdraw()

    /// Asked before a host is asked to begin.
    /// - Throws: `.noServiceManager` where other stations may take this one for dead.
    func confirm() throws(FleetError)

    /// The number of slots that the stations have agreed on; nil: they have not, or hosts.toml alone decides.
    func agreed() throws(FleetError) -> Int?

    /// - Throws: `.usage` where hosts.toml alone decides.
    func agree(on atOnce: Int) throws(FleetError)

    /// In the order of their hosts' names.
    func slots() throws(FleetError) -> [StoredSlot]

    /// Takes the slot unless its host has one or `limit` are held already.
    func take(_ slot: Slot, limit: Int) throws(FleetError) -> TakeAnswer

    func giveBack(_ slot: Slot, _ evidence: SlotEvidence) throws(FleetError) -> ReturnAnswer

    /// An operator's word instead of evidence.
    func breakSlot(_ slot: Slot) throws(FleetError) -> ReturnAnswer
}
