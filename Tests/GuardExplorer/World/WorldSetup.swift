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
    var checks = Checks.all
}
