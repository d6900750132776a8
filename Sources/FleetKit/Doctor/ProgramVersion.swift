internal import FleetGuard

/// `3.2` of `tmux 3.2a`, as far as it can be compared.
struct ProgramVersion: Comparable, Equatable, CustomStringConvertible {
    var major: Int
    var minor: Int

    /// The first number in a text such as `tmux next-3.4` or `systemd 252 (252.39-1~deb12u1)`; nil when there is none.
    init?(in text: String) {
        let rest = text.utf8.drop { !$0.isASCIIDigit }
        let digits = rest.prefix(while: \.isASCIIDigit)
        guard let major = Int(Substring(digits)) else { return nil }
        self.major = major
        let after = rest.dropFirst(digits.count)
        let isMinor = after.first == UInt8(ascii: ".")
        minor = isMinor ? Int(Substring(after.dropFirst().prefix(while: \.isASCIIDigit))) ?? 0 : 0
    }

    init(_ major: Int, _ minor: Int = 0) {
        self.major = major
        self.minor = minor
    }

    var description: String { minor == 0 ? "\(major)" : "\(major).\(minor)" }

    static func < (left: ProgramVersion, right: ProgramVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    /// A program's version text: the first line of its standard output.
    /// - Throws: `.io` when it cannot be run.
    static func line(of program: String, _ option: String, environment: [String: String]) throws(FleetError) -> String {
        let output = try ChildProcess(executable: program, arguments: [option], environment: environment)
            .run(timeout: .seconds(5))
        return output.standardOutput.parts(at: "\n").first.map(String.init) ?? ""
    }
}
