package import FleetGuard
internal import Glibc

/// Finds the program of a command, as a shell does, and says why one cannot be run.
package enum CommandProgram {
    /// The path of the program that `name` means: itself when it has a slash, else the first in the path that can be
    /// executed.
    ///
    /// - Parameter path: the value of `PATH`; an empty part is the current directory, as ever.
    /// - Throws: `.commandNotFound`, `.commandNotExecutable`.
    package static func find(_ name: String, path: String?) throws(FleetError) -> String {
        guard !name.isEmpty else { throw failure(name, ENOENT) }
        if name.has("/") {
            if let problem = problem(of: name) { throw failure(name, problem) }
            return name
        }
        var denied = false
        for part in (path ?? ExecutablePath.usual).parts(at: ":", keepingEmpty: true) {
            let candidate = (part.isEmpty ? "." : String(part)) + "/" + name
            switch problem(of: candidate) {
            case nil: return candidate
            case EACCES: denied = true
            default: break
            }
        }
        throw failure(name, denied ? EACCES : ENOENT)
    }

    /// - Returns: errno of what keeps the file from being executed; nil when nothing does.
    static func problem(of path: String) -> CInt? {
        var status = stat()
        guard stat(path, &status) == 0 else { return errno }
        guard status.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0 else { return EACCES }
        return nil
    }

    /// Why the kernel would not execute it.
    static func failure(_ name: String, _ number: CInt) -> FleetError {
        let shown = "'\(Printable.oneLine(name))'"
        switch number {
        case ENOENT, ENOTDIR:
            return FleetError(
                .commandNotFound, "command not found: \(shown)",
                hint:
                    "check its name and PATH; '--' is followed by a program and its arguments, not by a shell command line"
            )
        case ENOEXEC:
            return FleetError(
                .commandNotExecutable, "\(shown) is not a program that the kernel can execute",
                hint: "give a script a first line such as '#!/bin/sh', or run it as: sh \(shown)")
        default:
            return FleetError(
                .commandNotExecutable, "\(shown) cannot be executed: \(String(cString: strerror(number)))",
                hint: "check that it is a file with the execute permission")
        }
    }
}
