/// What a guarded operation is about to touch: the whole fleet, or some agents by name.
public enum LockScope: Sendable, Equatable {
    case fleet
    /// By name; the guard does not check that they exist.
    case agents([String])

    /// For messages: on one line, safe for a terminal.
    public var words: String {
        switch self {
        case .fleet: "the whole fleet"
        case .agents(let names):
            (names.count == 1 ? "agent " : "agents ") + names.map { Printable.oneLine($0) }.joined(separator: ", ")
        }
    }
}

extension LockScope: Codable {
    /// - Throws: `DecodingError` for anything but the word `fleet` or a list of names.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let names = try? container.decode([String].self) {  // not an array: then it must be the word
            self = .agents(names)
        } else if try container.decode(String.self) == "fleet" {
            self = .fleet
        } else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "scope is neither 'fleet' nor a list")
        }
    }

    /// The word `fleet`, or a list of names: as in the lock record and in JSON documents.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .fleet: try container.encode("fleet")
        case .agents(let names): try container.encode(names)
        }
    }
}
