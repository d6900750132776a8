/// Shows one look at something that changes after the other.
protocol LiveView: AnyObject {
    /// False when the output has no reader any more, or `q` was typed.
    var isWanted: Bool { get }
    /// Between two looks: the terminal may have another size by now.
    func redraw()
    /// What is shown stays; whatever comes next stands below it.
    func end()
    /// What is typed while it is shown; nil: that is the shell's.
    var keys: Keys? { get }
}

extension LiveView {
    func redraw() {}
    func end() {}
    var keys: Keys? { nil }
}

/// Drawn again in place.
protocol DrawnView: LiveView {
    var area: LiveArea { get }
    var picture: [ScreenLine] { get }
}

extension DrawnView {
    var keys: Keys? { area.keys }
    var isWanted: Bool { keys?.wantsEnd != true }
    func redraw() { if area.isStale { area.draw(picture) } }
    func end() { area.leave(picture) }
}
