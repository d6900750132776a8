public import FleetGuard

extension TmuxSocket {
    /// `sockaddr_un` holds 108 bytes, the last of them NUL.
    static let pathLimit = 107

    /// A name for `tmux -L`, or an absolute path for `tmux -S`, as the roster has it.
    ///
    /// - Throws: `.usage`, with the rule.
    public init(parsing text: String) throws(FleetError) {
        func refuse(_ why: String) -> FleetError {
            FleetError(
                .usage, "'\(Printable.oneLine(text))' is not a tmux socket: \(why)",
                hint: "write a name such as \"mosaic-fleet\", or an absolute path")
        }
        guard !text.isEmpty else { throw refuse("it is empty") }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw refuse("it has control characters")
        }
        if text.begins(with: "/") {
            guard text.utf8.count <= Self.pathLimit else {
                throw refuse("it has \(text.utf8.count) bytes; the limit is \(Self.pathLimit)")
            }
            self = .path(text)
            return
        }
        guard !text.has("/") else { throw refuse("a path must begin with '/', and a name has no '/'") }
        guard !text.begins(with: "-") else { throw refuse("it begins with '-'") }
        guard text != ".", text != ".." else { throw refuse("it is a directory") }
        // `/tmp/tmux-4294967295/` stands in front of it.
        guard text.utf8.count <= Self.pathLimit - 21 else {
            throw refuse("it has \(text.utf8.count) bytes; the limit for a name is \(Self.pathLimit - 21)")
        }
        self = .name(text)
    }
}
