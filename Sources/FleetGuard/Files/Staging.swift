internal import SystemPackage

/// A file under a name of its own until it is whole.
struct StagedFile: ~Copyable {
    let name: String
    let file: LockFile

    /// The file alone, where it has got its name.
    consuming func published() -> LockFile { file }
}

/// Populate or clean up: a failure leaves no staged file behind.
enum Staging {
    /// Makes a staged file with this content.
    ///
    /// - Parameter prepare: runs on the open file before it is written (takes the kernel lock).
    /// - Returns: the name, and the file, still open.
    static func make(
        _ bytes: [UInt8], in directory: RunDirectory, token: LockToken,
        prepare: (borrowing LockFile) throws(FleetError) -> Void = { _ throws(FleetError) in }
    ) throws(FleetError) -> StagedFile {
        let name = RunDirectory.stagingPrefix + token.rawValue
        guard let file = try directory.open(name, .create) else {
            throw directory.failure("create", name, .noSuchFileOrDirectory)
        }
        do throws(FleetError) {
            try prepare(file)
            try directory.write(bytes, to: file, name)
        } catch {
            discard(name, in: directory)
            throw error
        }
        return StagedFile(name: name, file: file)
    }

    /// Removes a staged file after a failure. The first error is the one that matters, and an unremoved staging file
    /// is swept by the next owner, so nothing more can usefully be said here.
    static func discard(_ name: String, in directory: RunDirectory) { try? directory.unlink(name) }

    /// Creates `name` with this content in one step: `link` fails on an existing name, and there is no moment at
    /// which it is empty.
    /// - Returns: the published file, still open; nil when the name exists, or when another process swept the staged
    ///   file away in between (it may: staged files of the dead look the same).
    static func publish(
        _ bytes: [UInt8], at name: String, in directory: RunDirectory, token: LockToken,
        prepare: (borrowing LockFile) throws(FleetError) -> Void = { _ throws(FleetError) in }
    ) throws(FleetError) -> LockFile? {
        let staged = try make(bytes, in: directory, token: token, prepare: prepare)
        do throws(Errno) {
            try directory.link(staged.name, name)
        } catch .fileExists, .noSuchFileOrDirectory {
            discard(staged.name, in: directory)
            return nil
        } catch {
            discard(staged.name, in: directory)
            throw directory.failure("create", name, error)
        }
        // Published: a second name that cannot be removed now is garbage, which the next owner sweeps. To fail here
        // would leave a mutex that no process knows to be its own.
        try? directory.unlink(staged.name)
        return staged.published()
    }
}
