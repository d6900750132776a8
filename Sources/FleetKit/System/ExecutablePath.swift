package import FleetGuard

/// Finds a program in `PATH` once, so that everything after it runs by its absolute path.
public enum ExecutablePath {
    /// Where `PATH` is not set, as a shell has it.
    package static let usual = "/usr/local/bin:/usr/bin:/bin"

    /// The folders that count. Relative and empty entries do not: they would let the current directory decide what runs.
    static func folders(_ path: String?) -> [String] {
        (path ?? "").parts(at: ":").filter { $0.begins(with: "/") }.map {
            HomeDirectory.withoutTrailingSlash(String($0))
        }
    }

    /// The first file of that name that can be executed.
    /// - Parameter path: nil has no folders.
    public static func find(_ name: String, path: String?) -> String? {
        for folder in folders(path) {
            let candidate = (folder == "/" ? "" : folder) + "/" + name
            if CommandProgram.problem(of: candidate) == nil { return candidate }
        }
        return nil
    }

    /// The same for a process with this environment.
    public static func find(_ name: String, in environment: [String: String]) -> String? {
        find(name, path: environment["PATH"] ?? usual)
    }

    /// A program that comes with systemd.
    /// - Throws: `.noServiceManager` when it is not there.
    package static func ofSystemd(_ name: String, in environment: [String: String]) throws(FleetError) -> String {
        let searched = environment["PATH"] ?? usual
        guard let path = find(name, path: searched) else {
            throw FleetError(
                .noServiceManager, "there is no \(name) in PATH (\(Printable.oneLine(searched)))",
                hint: "install systemd, or add the absolute directory of \(name) to PATH")
        }
        return path
    }
}
