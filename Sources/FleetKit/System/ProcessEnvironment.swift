internal import FleetGuard
internal import Glibc

/// This process's environment as a dictionary; of a name that stands twice the first counts, as for getenv(3).
public enum ProcessEnvironment {
    /// Read anew on each call; entries without `=` are left out, and invalid UTF-8 is replaced by U+FFFD.
    public static func current() -> [String: String] {
        var variables: [String: String] = [:]
        variables.reserveCapacity(64)  // growing step by step took longer than everything else here
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let (name, value) = text.halves(at: "="), variables[String(name)] == nil {
                variables[String(name)] = String(value)
            }
            next += 1
        }
        return variables
    }
}
