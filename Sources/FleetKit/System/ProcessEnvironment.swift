internal import Glibc

/// This process's environment as a dictionary; of a name that stands twice the first counts, as for getenv(3).
public enum ProcessEnvironment {
    public static func current() -> [String: String] {
        var variables: [String: String] = [:]
        variables.reserveCapacity(64)  // growing step by step took longer than everything else here
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                let name = String(text[..<equals])
                if variables[name] == nil { variables[name] = String(text[text.index(after: equals)...]) }
            }
            next += 1
        }
        return variables
    }
}
