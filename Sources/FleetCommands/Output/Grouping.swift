extension Sequence {
    /// The elements with the same key together, the keys in the order in which they first appear.
    package func grouped<Key: Hashable>(by key: (Element) -> Key) -> [(key: Key, elements: [Element])] {
        var places: [Key: Int] = [:]
        var groups: [(key: Key, elements: [Element])] = []
        for element in self {
            let key = key(element)
            let place = places[key, default: groups.count]
            if place == groups.count { groups.append((key, [])) }
            groups[place].elements.append(element)
            places[key] = place
        }
        return groups
    }
}
