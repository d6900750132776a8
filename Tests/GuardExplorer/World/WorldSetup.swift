/// What a world is like before anything happens in it.
struct WorldSetup {
    /// The file system has no `flock`.
    var isPathMode = false
    /// Descriptors are not close-on-exec.
    var inheritsDescriptors = false
    /// Contenders may report I/O errors.
    var hasFaults = false
    /// Every listing shows everything.
    var listsAll = false
    /// The mutex is there from the beginning, so nobody makes it.
    var hasMutex = false
    /// No script appends to a record once it is published.
    var hasFixedRecords = false
    /// What keeps somebody from going on while time passes is a slow disk or a busy machine, not a signal.
    var isSlow = false
    /// For each contender: after how many ticks it evicts an owner that makes progress; nil: that is not looked at.
    var patience: [Int32?] = []
    var looksAtPlans: Bool { patience.contains { $0 != nil } }
    var checks = Checks.all
}
