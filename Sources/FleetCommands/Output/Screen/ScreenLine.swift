/// One line of a picture on the screen, never wider than its limit, whatever is added to it.
struct ScreenLine: Equatable {
    /// With colours.
    private(set) var text = ""
    /// What it takes of the screen.
    private(set) var columns = 0
    let limit: Int
    private var isFull = false

    init(limit: Int) { self.limit = max(0, limit) }

    init(_ words: String, limit: Int) {
        self.init(limit: limit)
        add(words)
    }

    /// What does not fit is cut, with an ellipsis, and nothing comes after it.
    mutating func add(_ words: String, _ paint: (String) -> String = { $0 }) {
        guard !isFull, !words.isEmpty else { return }
        let fitting = TextColumns.cut(words, to: limit - columns)
        isFull = fitting != words
        columns += TextColumns.of(fitting)
        text += paint(fitting)
    }

    /// The line with the words behind it.
    func adding(_ words: String, _ paint: (String) -> String = { $0 }) -> ScreenLine {
        var line = self
        line.add(words, paint)
        return line
    }

    /// With blanks up to the column.
    func padded(to column: Int) -> ScreenLine {
        adding(String(repeating: " ", count: max(0, min(column, limit) - columns)))
    }

    /// The words, at the right end of that many columns.
    mutating func add(_ words: String, right width: Int, _ paint: (String) -> String = { $0 }) {
        self = padded(to: columns + max(0, width - TextColumns.of(words))).adding(words, paint)
    }
}
