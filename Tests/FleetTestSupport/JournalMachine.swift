package import Glibc

/// A private user manager and a journal of its own (`Scripts/user-manager --journal`), seen from inside: a real
/// systemd-journald, whose files nobody else writes to. Only root can have one; elsewhere it says so and fails.
package final class JournalMachine {
    /// Whom the manager and its folders belong to.
    package let uid: uid_t
    /// What reaches the manager. `PATH` begins with the folder of `mosaic`.
    package let environment: [String: String]
    /// Belongs to the user, and goes with the machine.
    package let scratch: String
    private let harness: TestProcess
    private let namespace: String
    /// Where these tests run in a chroot, the namespace's own root is another one.
    private var root: String { namespace.replacingLast("ns/mnt", with: "root") }

    package init(uid: uid_t) throws {
        self.uid = uid
        let search = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        harness = try TestProcess(
            [try BuiltProduct.source("Scripts/user-manager"), "serve", "--journal", "--uid", "\(uid)"],
            environment: ["PATH": search, "HOME": "/nonexistent", "LANG": "C.UTF-8"], input: .open)
        let process = harness
        let line = try eventually("a private journal", within: .seconds(40), state: process.errors) {
            guard process.isRunning else { throw DeadlineMissed("Scripts/user-manager ended: \(process.errors)") }
            return process.output.contains("\n") ? process.output : nil
        }
        var environment = ["LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"]
        for (name, value) in try JSONText(line).object { environment[name] = value as? String }
        guard let namespace = environment["MOSAIC_HARNESS_NAMESPACE"], let folder = environment["MOSAIC_HARNESS_DIR"]
        else { throw DeadlineMissed("Scripts/user-manager told of no journal: \(line)") }
        self.namespace = namespace
        scratch = folder
        environment["PATH"] = folder + "/bin:" + search
        self.environment = environment
        // The build's own folder may be closed to the user.
        try must([
            "/usr/bin/install", "-D", "-m", "0755", try BuiltProduct.path("mosaic"), folder + "/bin/mosaic",
        ])
    }

    deinit {
        harness.endInput()
        do {
            try harness.wait(within: .seconds(20))
        } catch {
            // Killed with the object; its keeper tears down all the same.
        }
    }

    package var mosaic: String { scratch + "/bin/mosaic" }

    /// A process of the user's, or of root's, that sees the journal.
    package func process(
        _ words: [String], environment extra: [String: String] = [:], asRoot: Bool = false
    ) throws -> TestProcess {
        let user =
            asRoot ? [] : ["/usr/bin/setpriv", "--reuid", "\(uid)", "--regid", "\(uid)", "--clear-groups", "--"]
        return try TestProcess(
            ["/usr/bin/nsenter", "--mount=\(namespace)", "--root=\(root)", "--"] + user + words,
            environment: environment.merging(extra) { _, new in new })
    }

    /// What a shell of the user's makes of a line that a message tells to type.
    package func type(_ line: String, environment extra: [String: String] = [:]) throws -> String {
        let shell = try process(["/bin/sh", "-c", line], environment: extra)
        let end = try shell.wait()
        guard end == .exit(0) else { throw DeadlineMissed("'\(line)' ended with \(end): \(shell.errors)") }
        return shell.output
    }

    /// Asked once everything that was sent has reached the journal's files.
    package func journalctl(_ words: String..., asRoot: Bool = false) throws -> String {
        try must(["/usr/bin/journalctl", "--sync"], asRoot: true)
        return try must(["/usr/bin/journalctl", "--quiet", "--no-pager"] + words, asRoot: asRoot)
    }

    /// A folder of the test's own becomes the user's.
    package func giveAway(_ path: String) throws {
        try must(["/usr/bin/chown", "--recursive", "\(uid):\(uid)", path], asRoot: true)
    }

    @discardableResult
    private func must(_ words: [String], asRoot: Bool = false) throws -> String {
        let process = try process(words, asRoot: asRoot)
        let end = try process.wait()
        guard end == .exit(0) else { throw DeadlineMissed("\(words) ended with \(end): \(process.errors)") }
        return process.output
    }
}
