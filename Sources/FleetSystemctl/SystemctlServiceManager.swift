package import FleetGuard
package import FleetKit

/// systemd through its own command line tool: for machines where no bus can be reached directly.
///
/// Nothing is concluded from what systemctl *says*: its exit status tells only whether every job ended well, and the
/// units' states, read before and after, tell the rest.
package final class SystemctlServiceManager: ServiceManager {
    let systemctl: Systemctl
    private let interruption: @Sendable () -> FleetError?
    /// False from the moment that this systemctl turned out not to know `--timestamp` (before systemd 247).
    private var knowsTimestampOption = true
    /// What `waitForChange` was last asked for.
    private var awaited: [UnitName] = []

    /// An answer of the manager takes milliseconds for each unit; after this it is taken for dead.
    private let patience: Duration
    package static let usualPatience = Duration.seconds(25)
    /// Names in one command line: below a tenth of the least ARG_MAX with the longest names.
    static let unitsPerChild = 256

    /// - Throws: `.noServiceManager` when `PATH` has no systemctl. Whether the manager answers is seen at the first
    ///   question.
    /// - Parameter interruption: the signal that came, as the error that ends a question to a manager that is silent.
    package init(
        scope: ManagerScope, environment: [String: String], patience: Duration = usualPatience,
        interruption: @escaping @Sendable () -> FleetError? = { nil }
    ) throws(FleetError) {
        self.patience = patience
        self.interruption = interruption
        systemctl = try Systemctl(scope: scope, environment: environment)
    }

    package var endpoint: String { systemctl.endpoint }

    package func states(of units: [UnitName]) throws(FleetError) -> [UnitState] {
        try show(units, whileWaiting: whileAsking()).map(\.state)
    }

    package func settings(of units: [UnitName]) throws(FleetError) -> [UnitSettings] {
        var settings: [UnitSettings] = []
        for chunk in Self.chunks(of: units) {
            let output = try shown(ShownSettings.properties, of: chunk, whileWaiting: whileAsking())
            guard let shown = ShownSettings.parse(output.standardOutput, asked: chunk) else {
                throw systemctl.unreachable(output)
            }
            settings += shown
        }
        return settings
    }

    package func loadedUnits(matching patterns: [String]) throws(FleetError) -> [UnitName] {
        guard !patterns.isEmpty else { return [] }
        let options = ["--all", "--plain", "--no-legend", "--full"]
        let output = try succeed(
            systemctl.child("list-units", options: options, names: patterns), whileWaiting: whileAsking())
        return output.standardOutput.parts(at: "\n").compactMap { line in
            line.parts(at: " ").first.flatMap { UnitName(known: String($0)) }
        }
    }

    package func processes(of unit: UnitName) throws(FleetError) -> [Int32] {
        try ControlGroupScan.processes(in: states(of: [unit]).first?.controlGroup ?? "")
    }

    package func footing(of units: [UnitName]) throws(FleetError) -> ManagerFooting {
        let own = try succeed(systemctl.child("show", options: ["--property=UnitPath,Environment"]))
        var found: [ManagerFooting.Unit] = []
        if !units.isEmpty {
            let output = try systemctl.child(
                "show", options: ["--property=Id,FragmentPath"], names: units.map(\.rawValue)
            ).run(timeout: patience)
            guard let shown = ShownFooting.units(output.standardOutput, asked: units) else {
                throw systemctl.unreachable(output)
            }
            found = shown
        }
        return ManagerFooting(
            unitPath: ShownFooting.words("UnitPath", own.standardOutput),
            environment: ShownFooting.words("Environment", own.standardOutput), units: found)
    }

    package func reload() throws(FleetError) {
        try succeed(systemctl.child("daemon-reload"), timeout: .seconds(90))
    }

    /// One `show` of the manager's own property; `show-environment` would print it for a shell.
    package func searchPath() throws(FleetError) -> String? {
        let output = try succeed(
            systemctl.child("show", options: ["--property=Environment", "--value"]), whileWaiting: whileAsking())
        let mark = "PATH="
        return ShownUnit.words(String(output.standardOutput.prefix { $0 != "\n" }))
            .lazy.compactMap { $0.after(mark) }.first.map(String.init)
    }

    package func unitFileStates(of units: [UnitName]) throws(FleetError) -> [String] {
        var states: [String] = []
        for chunk in Self.chunks(of: units) {
            let output = try systemctl.child(
                "show", options: ["--property=UnitFileState"], names: chunk.map(\.rawValue)
            ).run(timeout: patience, whileWaiting: whileAsking())
            let mark = "UnitFileState="
            let lines = output.standardOutput.parts(at: "\n").compactMap { $0.after(mark) }
            guard lines.count == chunk.count else { throw systemctl.unreachable(output) }
            states += lines.map(String.init)
        }
        return states
    }

    /// What systemctl says is not read: the states before and after tell. Where it makes the links without the manager (it
    /// does on a machine that systemd did not boot), it does not have the manager read them either.
    package func setEnabled(_ isEnabled: Bool, _ units: [UnitName]) throws(FleetError) -> Bool {
        let before = try unitFileStates(of: units)
        for chunk in Self.chunks(of: units) {
            let verb = isEnabled ? "enable" : "disable"
            try succeed(
                systemctl.child(verb, options: ["--quiet"], names: chunk.map(\.rawValue)), timeout: .seconds(90))
        }
        try reload()
        return try unitFileStates(of: units) != before
    }

    /// systemctl has no word for it; busctl, of the same package, makes the call.
    package func adopt(_ pid: Int32, intoScope scope: UnitName, description: String) throws(FleetError) {
        let call = try systemctl.busctl([
            "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
            "StartTransientUnit", "ssa(sv)a(sa(sv))", scope.rawValue, "fail",
            "3", "Description", "s", description, "CollectMode", "s", "inactive-or-failed", "PIDs", "au", "1", "\(pid)",
            "0",
        ])
        try succeed(call, whileWaiting: whileAsking())
    }

    package func kill(_ unit: UnitName) throws(FleetError) {
        try succeed(systemctl.child("kill", options: ["--signal=KILL"], names: [unit.rawValue]))
    }

    package func perform(
        _ commands: [UnitCommand], maxParallel: Int?, supervisor: any JobSupervisor
    ) throws(FleetError) -> [UnitOutcome] {
        let size = min(max(maxParallel ?? Self.unitsPerChild, 1), Self.unitsPerChild)
        var outcomes: [UnitOutcome] = []
        var rest = commands[...]
        while let first = rest.first {
            // One child carries one verb, and no unit twice: systemctl would merge the two.
            var seen: Set<UnitName> = []
            let chunk = rest.prefix(size).prefix { $0.verb == first.verb && seen.insert($0.unit).inserted }
            outcomes += try CommandChunk(Array(chunk), manager: self, supervisor: supervisor).run()
            rest = rest.dropFirst(chunk.count)
        }
        return outcomes
    }

    /// systemctl has no ears: after the first call this is a wait and nothing else.
    package func waitForChange(
        of units: [UnitName], atMost limit: Duration, supervisor: any JobSupervisor
    ) throws(FleetError) -> Bool {
        try supervisor.handle(.tick)
        if awaited != units {
            awaited = units
            return true
        }
        let clock = SystemClock()
        let deadline = clock.now() + limit
        while clock.now() < deadline {
            try supervisor.handle(.tick)
            clock.sleep(for: min(.milliseconds(100), deadline - clock.now()))
        }
        try supervisor.handle(.tick)
        return false
    }

    /// For one question: a signal ends the wait for an answer that does not come.
    private func whileAsking() -> () throws(FleetError) -> Void {
        let questioner = Questioner(interruption)
        return { () throws(FleetError) in try questioner.handle(.tick) }
    }

    /// - Throws: `.noServiceManager`, or what `whileWaiting` threw.
    func show(
        _ units: [UnitName], whileWaiting: () throws(FleetError) -> Void
    ) throws(FleetError) -> [ShownUnit] {
        var shown: [ShownUnit] = []
        for chunk in Self.chunks(of: units) { shown += try showChunk(chunk, whileWaiting: whileWaiting) }
        return shown
    }

    private func showChunk(
        _ units: [UnitName], whileWaiting: () throws(FleetError) -> Void
    ) throws(FleetError) -> [ShownUnit] {
        let output = try shown(ShownUnit.properties, of: units, whileWaiting: whileWaiting)
        if let shown = ShownUnit.parse(output.standardOutput, asked: units) { return shown }
        if knowsTimestampOption && output.standardOutput.isEmpty {
            // Perhaps an option that this version does not know: asked again without it, the manager itself decides.
            knowsTimestampOption = false
            do throws(FleetError) { return try showChunk(units, whileWaiting: whileWaiting) } catch {
                knowsTimestampOption = true
                throw error
            }
        }
        throw systemctl.unreachable(output)
    }

    /// Times to the microsecond where systemctl can tell them: a start that is only told to the second would look older than
    /// a file of the same second.
    private func shown(
        _ properties: [String], of units: [UnitName], whileWaiting: () throws(FleetError) -> Void
    ) throws(FleetError) -> ChildProcess.Output {
        let options =
            ["--property=" + properties.joined(separator: ",")] + (knowsTimestampOption ? ["--timestamp=us+utc"] : [])
        return try systemctl.child("show", options: options, names: units.map(\.rawValue))
            .run(timeout: patience, whileWaiting: whileWaiting)
    }

    /// Runs what has no meaning when it fails.
    @discardableResult
    private func succeed(
        _ child: ChildProcess, timeout: Duration? = nil, whileWaiting: () throws(FleetError) -> Void = {}
    ) throws(FleetError) -> ChildProcess.Output {
        let output = try child.run(timeout: timeout ?? patience, whileWaiting: whileWaiting)
        guard output.isSuccess else { throw systemctl.unreachable(output) }
        return output
    }

    private static func chunks(of units: [UnitName]) -> [[UnitName]] {
        stride(from: 0, to: units.count, by: unitsPerChild).map { Array(units[$0...].prefix(unitsPerChild)) }
    }
}
