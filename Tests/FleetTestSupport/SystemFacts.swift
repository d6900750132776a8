internal import Glibc

/// What differs between the systems that the tests run on (README.md: tested systems), by version, and nowhere else.
package enum SystemFacts {
    /// Why systemctl cannot reach a user manager over the bus alone; nil where it can. From 257 on it uses nothing but the
    /// manager's private socket.
    package static var noBusForSystemctl: String? {
        systemd >= 257 ? "systemctl \(systemd) connects to a user manager by its private socket only" : nil
    }

    /// The unified hierarchy accounts for memory here; without it the kernel holds no unit to its `MemoryMax=`.
    package static var hasMemoryController: Bool {
        ["/sys/fs/cgroup/cgroup.controllers", "/sys/fs/cgroup/unified/cgroup.controllers"].contains {
            TestProcess.contents($0).split { $0 == " " || $0 == "\n" }.contains("memory")
        }
    }

    /// Of `systemd 252 (252.38-1~deb12u1)`.
    package static let systemd: Int = numbers(of: "systemctl", "--version").first ?? 0
    /// The first two numbers that a program says of itself. Empty where it cannot be started, and then the tests that use
    /// it fail, too.
    private static func numbers(of program: String, _ option: String) -> [Int] {
        do {
            let process = try TestProcess(["/usr/bin/\(program)", option], environment: ["LC_ALL": "C"])
            try process.wait()
            return process.output.split { !$0.isASCII || !$0.isNumber }.prefix(2).compactMap { Int($0) }
        } catch {
            return []
        }
    }
}
