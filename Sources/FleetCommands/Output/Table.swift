/// Columns, two blanks apart, as wide as their widest cell. Cells are plain text; `paint` colours a whole padded cell,
/// so that colour never shifts a column.
struct Table {
    struct Cell {
        var text: String
        var paint: (String) -> String = { $0 }

        init(_ text: String, paint: @escaping (String) -> String = { $0 }) {
            self.text = text
            self.paint = paint
        }
    }

    private var rows: [[Cell]] = []
    private let rightAligned: Set<Int>
    private let expendable: [Int]

    /// - Parameter expendable: columns that a narrow terminal can do without, the first to go first.
    init(
        header: [String], rightAligned: Set<Int> = [], expendable: [Int] = [],
        paint: @escaping (String) -> String = { $0 }
    ) {
        self.rightAligned = rightAligned
        self.expendable = expendable
        rows.append(header.map { Cell($0, paint: paint) })
    }

    mutating func add(_ row: [Cell]) { rows.append(row) }

    func render(width: Int? = nil) -> String { lines(width: width).map(\.text).joined(separator: "\n") }

    /// The header, then a line for each row, none wider than `width`: first the expendable columns go, then the widest
    /// one that is left is cut, and at the very end the lines themselves.
    func lines(width: Int? = nil) -> [ScreenLine] {
        var columns = Array(0..<(rows.map(\.count).max() ?? 0))
        var widths = columns.map { column in
            rows.map { $0.count > column ? TextColumns.of($0[column].text) : 0 }.max() ?? 0
        }
        func total() -> Int { columns.reduce(0) { $0 + widths[$1] } + 2 * max(0, columns.count - 1) }
        if let width {
            for column in expendable where total() > width { columns.removeAll { $0 == column } }
            while total() > width, let widest = columns.max(by: { widths[$0] < widths[$1] }),
                widths[widest] > Self.narrowest
            {
                widths[widest] -= 1
            }
        }
        return rows.map { row in
            var line = ScreenLine(limit: width ?? .max)
            for (place, column) in columns.enumerated() where column < row.count {
                let text = TextColumns.cut(row[column].text, to: widths[column])
                let padding = String(repeating: " ", count: widths[column] - TextColumns.of(text))
                if rightAligned.contains(column) { line.add(padding) }
                line.add(text, row[column].paint)
                guard place < columns.count - 1 else { continue }
                line.add((rightAligned.contains(column) ? "" : padding) + "  ")
            }
            return line
        }
    }

    /// Less of a cell says nothing any more.
    private static let narrowest = 6
}
