/// Shows one look at something that changes after the other.
protocol LiveView: AnyObject {
    /// False when the output has no reader any more.
    var isWanted: Bool { get }
    /// Between two looks: the terminal may have another size by now.
    func redraw()
    /// What is shown stays; whatever comes next stands below it.
    func end()
}

extension LiveView {
    func redraw() {}
    func end() {}
}
