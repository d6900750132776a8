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

    init(header: [String], rightAligned: Set<Int> = [], paint: @escaping (String) -> String = { $0 }) {
        self.rightAligned = rightAligned
        rows.append(header.map { Cell($0, paint: paint) })
    }

    mutating func add(_ row: [Cell]) { rows.append(row) }

    func render() -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].text.count : 0 }.max() ?? 0
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.text.count)
                if rightAligned.contains(column) { return padding + cell.paint(cell.text) }
                let isLast = column == row.count - 1
                return cell.paint(cell.text) + (isLast ? "" : padding)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
