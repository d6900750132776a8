/// An object of `--json`: each key with its meaning and its value, once. A key whose value is nil is left out.
struct JSONObject: Encodable, ExpressibleByDictionaryLiteral {
    private let members: [String: any Encodable]

    init(dictionaryLiteral members: (String, (any Encodable)?)...) {
        self.members = Dictionary(
            uniqueKeysWithValues: members.compactMap { key, value in value.map { (key, $0) } })
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        for (key, value) in members { try container.encode(value, forKey: Name(stringValue: key)) }
    }

    private struct Name: CodingKey {
        let stringValue: String
        let intValue: Int? = nil

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }
}
