/// `peek --json`.
struct PeekDocument: Encodable {
    let schemaVersion = 1
    var agent: String
    /// False: the lines are those that were kept when it failed.
    var running: Bool
    /// RFC 3339.
    var keptAt: String?
    var activity: ActivityDocument
    var lines: [String]
}
