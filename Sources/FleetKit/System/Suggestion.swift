internal import FleetGuard

/// Finds the words that an unknown word may stand for.
public enum Suggestion {
    /// The known words nearest to `word`, best first, at most `limit`; empty when nothing is near.
    public static func near(_ word: String, in known: [String], limit: Int = 3) -> [String] {
        // Hostile text must not cost quadratic time.
        guard word.utf8.count <= 64 else { return [] }
        let bound = max(1, word.utf8.count / 3)
        let ranked = known.compactMap { candidate -> (distance: Int, word: String)? in
            guard candidate.utf8.count <= 300 else { return nil }
            let distance = editDistance(Array(word.utf8), Array(candidate.utf8))
            let isPart = word.utf8.count >= 3 && candidate.begins(with: word)
            guard distance <= bound || isPart else { return nil }
            return (isPart ? min(distance, bound) : distance, candidate)
        }
        return ranked.sorted { ($0.distance, $0.word) < ($1.distance, $1.word) }.prefix(limit).map(\.word)
    }

    /// Insertions, deletions, replacements and swaps of neighbours, each worth one.
    private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replacement = previous[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(previous[column + 1] + 1, current[column] + 1, replacement)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforePrevious[column - 1] + 1)
                }
                current.append(best)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
