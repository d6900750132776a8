import FleetTestSupport
import Glibc

/// The processes that a user manager, a tmux server and the main processes of agents start, followed with strace: their
/// children, and those of these.
struct ProcessTrace {
    /// What each new process ran at last: the name of its program and its arguments, or `leader` where it runs none of its own.
    let processes: [String]

    /// - Parameters:
    ///   - fleet: it is up.
    ///   - last: the program that is started last; nil where nothing comes any more when `work` returns.
    ///   - work: what is to be watched.
    init(of fleet: RealFleet, until last: String?, _ work: () throws -> Void) throws {
        let units = try ([RealFleet.holder] + fleet.agents).map { try Self.mainProcess(of: $0, fleet) }
        let roots = [try Self.manager(of: fleet)] + units.filter { $0 > 0 }
        let log = fleet.folder.path + "/processes.\(getpid()).\(UInt32.random(in: 0 ... .max))"
        let strace = try TestProcess(
            [
                "/usr/bin/strace", "--follow-forks", "--string-limit=4096", "--trace=execve,clone,clone3,fork,vfork",
                "--output=\(log)",
            ]
                + roots.map { "--attach=\($0)" }, environment: [:])
        for root in roots { try strace.waitForError("Process \(root) attached") }
        try work()
        if let last {
            try eventually("\(last) runs", state: TestProcess.contents(log)) {
                let seen = Self.read(TestProcess.contents(log))
                return seen.processes.contains(last) && !seen.isIncomplete
            }
        }
        strace.signal(SIGINT)
        try strace.wait()
        processes = Self.read(TestProcess.contents(log)).processes
    }

    /// Lines such as `7 clone(flags=…) = 9`, `9 execve("/usr/bin/tmux", ["tmux", …], 0x…) = 0`; a call that another process
    /// interrupts is in two: `7 clone( <unfinished ...>`, `7 <... clone resumed>…)      = 9`, with the `=` in a column.
    /// Incomplete: a process has not come to its program yet. Only ours have children that run none of their own.
    private static func read(_ text: String) -> (processes: [String], isIncomplete: Bool) {
        var started: [(child: Int32, parent: Int32)] = []
        var programs: [Int32: String] = [:]
        var begun: [Int32: String] = [:]
        for line in text.split(separator: "\n") {
            guard let space = line.firstIndex(of: " "), let pid = Int32(line[..<space]) else { continue }
            var call = line[space...].drop { $0 == " " }
            if call.hasSuffix("<unfinished ...>") {
                begun[pid] = String(call.dropLast("<unfinished ...>".count))
                continue
            }
            if call.hasPrefix("<... "), let front = begun.removeValue(forKey: pid),
                let end = call.firstIndex(of: ">")
            {
                call = Substring(front) + call[call.index(after: end)...]
            }
            guard let equals = call.ranges(of: " = ").last,
                call[..<equals.lowerBound].last(where: { $0 != " " }) == ")",
                let result = Int32(call[equals.upperBound...].prefix { $0 != " " })
            else { continue }
            if call.hasPrefix("execve(") {
                if result == 0 { programs[pid] = words(of: call).joined(separator: " ") }
            } else if result > 0, !call.contains("CLONE_THREAD") {
                started.append((result, pid))
            }
        }
        let isIncomplete = started.contains {
            programs[$0.child] == nil && programs[$0.parent]?.hasPrefix("mosaic ") != true
        }
        return (started.map { programs[$0.child] ?? "leader" }.sorted(), isIncomplete)
    }

    /// The quoted words between the brackets; of the first the last part.
    private static func words(of call: Substring) -> [String] {
        guard let open = call.firstIndex(of: "["), let close = call.lastIndex(of: "]") else { return [String(call)] }
        var words = call[open..<close].split(separator: "\"").enumerated().filter { $0.offset % 2 == 1 }
            .map { String($0.element) }
        if let first = words.first { words[0] = String(first.split(separator: "/").last ?? "") }
        return words
    }

    /// The parent of every main process. The bus would not do: the manager may not be on it yet.
    private static func manager(of fleet: RealFleet) throws -> Int32 {
        let main = try mainProcess(of: RealFleet.holder, fleet)
        let status = TestProcess.contents("/proc/\(main)/status")
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("PPid:\t") }),
            let parent = Int32(line.dropFirst("PPid:\t".count)), parent > 1
        else { throw DeadlineMissed("the parent of the holder's main process \(main): \(status)") }
        return parent
    }

    /// 0 where the unit is down.
    private static func mainProcess(of unit: String, _ fleet: RealFleet) throws -> Int32 {
        let text = try fleet.systemctl("show", "--property=MainPID", "--value", unit)
        guard let pid = Int32(text.filter(\.isNumber)) else { throw DeadlineMissed("\(unit): \(text)") }
        return pid
    }
}
