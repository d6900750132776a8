internal import FoundationEssentials

/// One JSON document, as plain values, without a type for each of them.
package struct JSONText {
    /// Strings, `Int`, `Double`, `Bool`, arrays and dictionaries.
    package let object: [String: Any]

    package init(_ text: String) throws {
        let tree = try JSONDecoder().decode(Tree.self, from: Data(text.utf8))
        guard let object = tree.value as? [String: Any] else { throw DeadlineMissed("not a JSON object: \(text)") }
        self.object = object
    }

    private struct Tree: Decodable {
        var value: Any

        struct Key: CodingKey {
            var stringValue: String
            var intValue: Int?
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            if let container = try? decoder.container(keyedBy: Key.self) {
                var object: [String: Any] = [:]
                for key in container.allKeys {
                    object[key.stringValue] = try container.decode(Tree.self, forKey: key).value
                }
                value = object
            } else if var container = try? decoder.unkeyedContainer() {
                var array: [Any] = []
                while !container.isAtEnd { array.append(try container.decode(Tree.self).value) }
                value = array
            } else {
                let single = try decoder.singleValueContainer()
                if single.decodeNil() {
                    value = ""
                } else if let bool = try? single.decode(Bool.self) {
                    value = bool
                } else if let int = try? single.decode(Int.self) {
                    value = int
                } else if let double = try? single.decode(Double.self) {
                    value = double
                } else {
                    value = try single.decode(String.self)
                }
            }
        }
    }
}
