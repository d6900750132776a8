internal import ArgumentParser
internal import FleetGuard
internal import FleetKit
internal import FoundationEssentials
internal import Glibc

/// `mosaic fleet host`: what a station's ssh runs on this host, not for people.
struct HostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host", abstract: "Answer a station.", shouldDisplay: false, subcommands: [HostServeCommand.self])
}

/// `mosaic fleet host serve`: one request on standard input, framed answers on standard output, see `HostRequest`.
struct HostServeCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "serve", abstract: "Answer one request of a station.", usage: "mosaic fleet host serve",
        shouldDisplay: false)

    @OptionGroup(title: "Common options") var common: CommonOptions

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        try HostConversation(context).run()
        return .done
    }
}

/// What a station asks of this host, and what it is told.
private final class HostConversation {
    private let context: CommandContext
    private let answer = HostAnswer()
    private let clock = SystemClock()
    /// At the lock, for how far its owner is.
    private lazy var lastLook = clock.now()
    private lazy var lastWord = lastLook
    private var shown: HostFrame?

    /// A station sends its request at once.
    private static let patience = Duration.seconds(30)
    /// A station takes a longer silence for a lost connection.
    private static let longestSilence = Duration.seconds(5)

    /// What can be asked: commands that only read.
    private static let readOnly = [["doctor"], ["history"], ["peek"], ["status"], ["logs"], ["lock", "inspect"]]
    private static let operations = [["restart"], ["lock", "run"]]

    init(_ context: CommandContext) { self.context = context }

    private var ledger: HostLedger { HostLedger(home: context.home) }

    func run() throws(FleetError) {
        do throws(FleetError) {
            let asked = Result { () throws(FleetError) in try received() }
            // Whatever came: a station of another version is to learn this one's. What was wrong with it is thrown below.
            try answer.send(hello((try? asked.get())?.id))
            let request = try asked.get()
            guard request.protocol == HostRequest.protocolVersion else {
                throw FleetError(
                    .usage,
                    "the station speaks protocol \(request.protocol), this host speaks \(HostRequest.protocolVersion)",
                    hint: "install the same version of mosaic on both")
            }
            guard let id = HostOperationID(request.id) else {
                throw FleetError(.usage, "the request's id is not a UUID", hint: "report this as a bug")
            }
            try serve(request, id)
        } catch {
            try answer.send(HostFrame(error))
        }
        try answer.send(HostFrame(.bye))
        answer.flush(.seconds(30))
    }

    private func serve(_ request: HostRequest, _ id: HostOperationID) throws(FleetError) {
        switch request.action {
        case .ask:
            for (index, words) in request.commands.enumerated() {
                try answer.send(document(index, words))
                guard !answer.isGone else { return }
            }
            if request.commands.isEmpty { try answer.send(health()) }
        case .settle:
            try send(ledger.settle(id, author: request.author))
            try answer.send(health())
        case .follow: try follow(id)
        case .begin: try begin(request, id)
        }
    }

    // MARK: Operations

    private func begin(_ request: HostRequest, _ id: HostOperationID) throws(FleetError) {
        guard let words = request.commands.first, request.commands.count == 1,
            Self.operations.contains(where: { words.starts(with: $0) })
        else {
            throw FleetError(
                .usage, "a host begins 'restart' or 'lock run', and nothing else",
                hint: "use the same mosaic on both sides"
            )
        }
        // The connection may end at any time, and with it the session.
        context.signals.ignoreHangUp()
        setsid()
        let keeper = HostKeeper(
            program: try MosaicProgram.running(), arguments: arguments(words), environment: context.environment,
            ledger: ledger)
        let operation: HostLedger.Accepted
        switch try ledger.accept(
            id, author: request.author, command: words, generation: request.generation ?? 0)
        {
        case .known: return try send(ledger.state(of: id))
        case .accepted(let accepted): operation = accepted
        }
        try answer.send(HostFrame(.accepted))
        // With logind's KillUserProcesses=yes the session's end would end the operation and whoever writes down its end.
        do throws(FleetError) {
            _ = try OwnScope.leaveSession { () throws(FleetError) in try context.manager() }
        } catch {
            try tell("the operation stays in the ssh session, and may end with the session: \(error.message)")
        }
        let status = try keeper.run(operation) { text throws(FleetError) in
            try tell(text)
        } idle: { () throws(FleetError) in
            try look()
        }
        try send((.ended, status))
    }

    /// Until its end, or until nobody reads any more.
    private func follow(_ id: HostOperationID) throws(FleetError) {
        while !answer.isGone {
            let found = try ledger.state(of: id)
            guard found.0 == .running else {
                for line in try ledger.lastWords(id) { try tell(line) }
                return try send(found)
            }
            try look()
            context.time.sleep(for: .milliseconds(100))
        }
    }

    private func send(_ found: (state: HostOperationState, status: Int32?)) throws(FleetError) {
        var frame = HostFrame(.state)
        frame.state = found.state
        frame.status = found.status
        try answer.send(frame)
    }

    /// What the operation says.
    private func tell(_ text: String) throws(FleetError) {
        var frame = HostFrame(.progress)
        frame.text = text
        lastWord = clock.now()
        try answer.tell(frame)
    }

    /// How far the lock's owner is.
    private func look() throws(FleetError) {
        answer.pump()
        let now = clock.now()
        guard now - lastLook >= .milliseconds(250), !answer.isGone else { return }
        lastLook = now
        var frame = HostFrame(.progress)
        if let event = try context.inspectLock().observation?.events.latest {
            frame.text = "phase \(event.phase)"
            frame.done = event.done
            frame.total = event.total
        }
        guard frame != shown || now - lastWord >= Self.longestSilence else { return }
        shown = frame
        lastWord = now
        try answer.tell(frame)
    }

    // MARK: Questions

    private static func onlyReads(_ words: [String]) -> Bool {
        if words.first == "restart" { return words.contains("--dry-run") && !words.contains("--") }
        return readOnly.contains { words.starts(with: $0) }
            && !["--fix", "--follow", "-f", "--watch"].contains { words.contains($0) }
    }

    private func document(_ index: Int, _ words: [String]) throws(FleetError) -> HostFrame {
        guard Self.onlyReads(words) else {
            throw FleetError(
                .usage,
                "'\(Printable.oneLine(words.joined(separator: " ")))' is not one of the commands that only read",
                hint: "run it on the host")
        }
        let child = ChildProcess(
            executable: try MosaicProgram.running(), arguments: arguments(words), environment: context.environment)
        let output = try child.run(limit: HostFrame.textLimit, timeout: .seconds(60))
        var frame = HostFrame(.document)
        frame.index = index
        frame.text = output.standardOutput
        frame.errors = output.standardError
        switch output.ending {
        case .exited(let status): frame.status = status
        case .signaled(let number): frame.status = 128 + number
        case .timedOut: frame.status = ExitStatus.busy.rawValue
        }
        return frame
    }

    private func health() throws(FleetError) -> HostFrame {
        let roster = try context.roster()
        let manager = try context.manager()
        let report = try StatusReport.read(roster, from: manager)
        let freshness = try FileFreshness().look(at: manager.overview(of: roster.units), of: roster, in: manager)
        let intents = try IntentFile(home: context.home.path).read()
        var frame = HostFrame(.health)
        frame.health = HostHealth(
            report, lock: try context.inspectLock().verdict, intents: intents,
            outdated: freshness.values.count { $0.verdict == .outdated },
            unknown: freshness.values.count { $0.verdict == .unknown })
        frame.health?.underWay = try ledger.running()
        return frame
    }

    private func hello(_ id: String?) throws(FleetError) -> HostFrame {
        var frame = HostFrame(.hello)
        frame.protocol = HostRequest.protocolVersion
        frame.version = context.version
        frame.id = id.flatMap { HostOperationID($0)?.rawValue }
        frame.identity = try HostIdentity.of(context.home)
        frame.generation = try ledger.generation()
        switch Linger.look(context.common.scope.managerScope) {
        case .on(let user): (frame.user, frame.lingers) = (user, true)
        case .off(let user): (frame.user, frame.lingers) = (user, false)
        case .notNeeded: frame.lingers = true
        case .unknown: break
        }
        return frame
    }

    // MARK: Pieces

    /// The fleet that this command was started for, for the same program started again.
    private func arguments(_ words: [String]) -> [String] {
        let common = context.common
        let fleet = [
            "--mosaic-home", context.home.path, "--backend", common.backend.rawValue, "--\(common.scope.rawValue)",
        ]
        return ["fleet"] + fleet + words
    }

    /// One line of JSON.
    private func received() throws(FleetError) -> HostRequest {
        func refuse(_ why: String) -> FleetError {
            FleetError(.usage, "no request can be read: \(why)", hint: "this command is for 'mosaic fleet hosts'")
        }
        let clock = SystemClock()
        let end = clock.now() + Self.patience
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 12)
        while bytes.last != UInt8(ascii: "\n") {
            let left = end - clock.now()
            guard left > .zero else { throw refuse("nothing came within \(DurationText.canonical(Self.patience))") }
            var polled = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, left.pollMilliseconds) > 0 else { continue }
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw refuse(String(cString: strerror(errno))) }
            if count == 0 { break }
            bytes += chunk[..<count]
            guard bytes.count <= HostRequest.sizeLimit else {
                throw refuse("it has more than \(HostRequest.sizeLimit) bytes")
            }
        }
        do {
            return try JSONDecoder().decode(HostRequest.self, from: Data(bytes))
        } catch {
            throw refuse(
                bytes.isEmpty
                    ? "its standard input was empty, perhaps because a start-up file of the login shell read it"
                    : "it is not the JSON that this version knows")
        }
    }
}
