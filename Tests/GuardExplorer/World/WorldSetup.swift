/// What a world is like before anything happens in it.
struct WorldSetup {
    /// The file system has no `flock`.
    var isPathMode = false
    /// Descriptors are not close-on-exec.
    var inheritsDescriptors = false
    /// Contenders may report I/O errors.
    var hasFaults = false
    var checks = Checks.all
}
