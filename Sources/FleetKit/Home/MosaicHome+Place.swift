public import FleetGuard
internal import Glibc

extension MosaicHome {
    /// Which directory the path leads to: the same for a link to it, and after it was moved. nil when there is none.
    /// - Throws: `.io` if it cannot be accessed.
    package func place() throws(FleetError) -> FileID? {
        var status = stat()
        guard stat(path, &status) != 0 else { return FileID(status) }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw FleetError(
            .io, "cannot access the mosaic home \(Printable.oneLine(path)): \(String(cString: strerror(errno)))",
            hint: "check the permissions of the directories above it")
    }

    /// Whether the run directory is there, and nobody else could have put something into it.
    ///
    /// - Parameter create: make what is missing, mode 0700.
    /// - Throws: `.unsafeHome` for a foreign owner, a symbolic link, or write permission for group or others, of the home,
    ///   of `fleet` or of `run`; `.io`.
    public func hasSafeRunDirectory(create: Bool) throws(FleetError) -> Bool {
        switch try RunDirectoryOpener.open(home: path, create: create) {
        case .some: true
        case .none: false
        }
    }

    /// For the commands that hints name: they may be typed in another shell.
    ///
    /// - Returns: the value that `--mosaic-home` needs there; nil where this home is found without the option, also by a
    ///   shell that has no `MOSAIC_HOME`.
    public func optionElsewhere(environment: [String: String]) -> String? {
        let elsewhere = environment.filter { $0.key != "MOSAIC_HOME" }
        let isFoundEverywhere = [environment, elsewhere].allSatisfy { variables in
            (try? MosaicHome.resolve(option: nil, environment: variables)) == self  // no home is none of its own
        }
        return isFoundEverywhere ? nil : path
    }

    /// For every command but those that make a home: a path that was typed, here or in a variable, and leads nowhere is a
    /// mistake. The usual place may be empty: a fleet can be run without a roster.
    ///
    /// - Throws: `.usage`, with what to type.
    public static func checkTyped(option: String?, environment: [String: String]) throws(FleetError) {
        let variable = environment["MOSAIC_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        guard option != nil || variable != nil else { return }
        let home = try resolve(option: option, environment: environment)
        guard try home.place() == nil else { return }
        let shown = Printable.oneLine(home.path)
        let source = option == nil ? "$MOSAIC_HOME" : "--mosaic-home"
        throw FleetError(
            .usage, "the mosaic home \(shown) does not exist (from \(source)); nothing was created or changed",
            hint: (option == nil ? "correct or unset MOSAIC_HOME" : "correct the path")
                + ", or create a new fleet there with 'mosaic fleet init --mosaic-home \(ShellWord.quoted(home.path))'")
    }
}
