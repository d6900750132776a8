/// Columns, two blanks apart, as wide as their widest cell. Colour never shifts a column: only plain text is measured.
struct Table<Row> {
    struct Column {
        let name: String
        var isRightAligned = false
        /// Of the cell of a row.
        var paint: (Row) -> (String) -> String = { _ in { $0 } }
        let text: (Row) -> String
    }

    let columns: [Column]
    /// Names of columns that a narrow terminal can do without, the first to go first.
    let expendable: [String]
    /// Of the header.
    let paint: (String) -> String

    /// The header, then a line for each row, none wider than `width`: first the expendable columns go, then the widest
    /// one that is left is cut, and at the very end the lines themselves.
    func lines(_ rows: [Row], width: Int?) -> [ScreenLine] {
        let header = (row: Row?.none, texts: columns.map(\.name))
        let cells = [header] + rows.map { row in (row, columns.map { $0.text(row) }) }
        var shown = Array(columns.indices)
        var widths = shown.map { column in cells.map { TextColumns.of($0.texts[column]) }.max() ?? 0 }
        func total() -> Int { shown.reduce(0) { $0 + widths[$1] } + 2 * max(0, shown.count - 1) }
        if let width {
            for name in expendable where total() > width { shown.removeAll { columns[$0].name == name } }
            while total() > width, let widest = shown.max(by: { widths[$0] < widths[$1] }),
                widths[widest] > Self.narrowest
            {
                widths[widest] -= 1
            }
        }
        return cells.map { row, texts in
            var line = ScreenLine(limit: width ?? .max)
            for place in shown {
                let column = columns[place]
                let text = TextColumns.cut(texts[place], to: widths[place])
                let padding = String(repeating: " ", count: widths[place] - TextColumns.of(text))
                if column.isRightAligned { line.add(padding) }
                line.add(text, row.map(column.paint) ?? paint)
                guard place != shown.last else { continue }
                line.add((column.isRightAligned ? "" : padding) + "  ")
            }
            return line
        }
    }

    /// Less of a cell says nothing any more.
    private static var narrowest: Int { 6 }
}
