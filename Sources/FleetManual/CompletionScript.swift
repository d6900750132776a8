/// A completion script: the hand-written part with the parser's own script, untouched, in its place.
///
/// The part adds what the parser does not know of (plug-ins, the line of another program after `lock run … --`) around the
/// function that the parser's script makes, never inside. So another version of the parser can change its script as it
/// likes; what Tab offers is held by `CompletionTests` in real shells.
enum CompletionScript {
    private static let place = "@generated"

    /// - Throws: for a part without the place.
    static func whole(_ part: String, _ generated: String) throws -> String {
        var lines = part.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let index = lines.firstIndex(of: place) else {
            throw PartError(description: "a part of completions/parts has no line '\(place)'")
        }
        lines[index] = generated.hasSuffix("\n") ? String(generated.dropLast()) : generated
        return lines.joined(separator: "\n")
    }
}
