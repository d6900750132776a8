public import FleetGuard
public import FleetKit
internal import FoundationEssentials
internal import Glibc

/// Hosts over the station's own OpenSSH: its configuration, agent, known hosts and jump hosts count, and nothing is
/// turned off. The remote command is one fixed text; what differs goes as JSON through its standard input, so that no
/// shell reads a word of it.
public final class SSHLink: HostLink {
    /// As little as a host can offer to `restrict,command="…"`.
    public static let remoteCommand = "mosaic fleet host serve"

    private let program: String
    private let environment: [String: String]
    private let clock: any OperationClock
    private var clients: [Int: SSHClient] = [:]
    private var early: [LinkEvent] = []
    private var made = 0
    /// Where connections that are kept have their sockets; nil: each call makes its own connection.
    private var masters: String?
    private var mastered: [String: HostsFile.Host] = [:]

    /// Seconds for a connection to come up; a host that is cut off is told after that.
    private let connectTimeout: Int

    /// - Parameter keepsConnections: one connection for each host, for all calls of this link; for commands that ask often.
    /// - Throws: `.usage` when there is no ssh; `.io`.
    public init(
        environment: [String: String], keepsConnections: Bool, connectTimeout: Duration,
        clock: any OperationClock = SystemClock()
    ) throws(FleetError) {
        guard let program = ExecutablePath.find("ssh", path: environment["PATH"]) else {
            throw FleetError(
                .usage, "there is no ssh in PATH", hint: "install OpenSSH's client (Debian: openssh-client)")
        }
        self.program = program
        self.environment = environment
        self.clock = clock
        self.connectTimeout = max(1, Int(clamping: connectTimeout.inSeconds.rounded(.up)))
        signal(SIGPIPE, SIG_IGN)
        if keepsConnections { masters = try Self.makeFolder(environment) }
    }

    deinit { closeConnections() }

    public func open(_ host: HostsFile.Host, _ request: HostRequest, patience: Duration) -> Int {
        made += 1
        let call = made
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let bytes = Array(try encoder.encode(request)) + [UInt8(ascii: "\n")]
            guard bytes.count <= HostRequest.sizeLimit else {
                throw FleetError(
                    .usage, "the command is longer than \(HostRequest.sizeLimit) bytes", hint: "put it into a script")
            }
            clients[call] = try SSHClient(
                program: program, arguments: options(host) + ["-T", "--", host.address, Self.remoteCommand],
                environment: environment, request: bytes, patience: patience, from: clock.now())
        } catch {
            early.append(LinkEvent(call, .lost("\(error)")))
        }
        return call
    }

    public func close(_ call: Int) { clients[call] = nil }

    public func wait(atMost limit: Duration) -> [LinkEvent] {
        guard early.isEmpty else {
            defer { early = [] }
            return early
        }
        let open = clients.sorted { $0.key < $1.key }
        var polled: [pollfd] = []
        for (_, client) in open {
            polled.append(pollfd(fd: client.output, events: Int16(POLLIN), revents: 0))
            polled.append(pollfd(fd: client.errors, events: Int16(POLLIN), revents: 0))
            polled.append(pollfd(fd: client.input, events: Int16(POLLOUT), revents: 0))
        }
        let now = clock.now()
        let next = open.map { $0.value.deadline - now }.min() ?? limit
        let time = max(.zero, min(limit, next))
        guard poll(&polled, nfds_t(polled.count), time.pollMilliseconds) >= 0 else { return [] }
        var events: [LinkEvent] = []
        for (index, (call, client)) in open.enumerated() {
            if polled[3 * index + 2].revents != 0 { client.writeRequest() }
            if polled[3 * index + 1].revents != 0 { client.readErrors() }
            let isReadable = polled[3 * index].revents != 0
            events += news(call, client, isReadable: isReadable)
        }
        return events
    }

    private func news(_ call: Int, _ client: SSHClient, isReadable: Bool) -> [LinkEvent] {
        var events: [LinkEvent] = []
        if isReadable {
            guard let frames = client.readOutput() else { return [LinkEvent(call, end(call, client))] }
            events = frames.map { LinkEvent(call, .frame($0)) }
            if !frames.isEmpty { client.deadline = clock.now() + LinkLimits.silence }
        }
        if client.reader.isComplete {
            clients[call] = nil
            events.append(LinkEvent(call, .complete))
        } else if let problem = client.reader.problem {
            clients[call] = nil
            events.append(LinkEvent(call, .lost(problem)))
        } else if clock.now() >= client.deadline {
            clients[call] = nil
            events.append(LinkEvent(call, .lost(silent(client))))
        }
        return events
    }

    private func silent(_ client: SSHClient) -> String {
        if client.reader.hasGreeted { return "it has said nothing for \(DurationText.human(LinkLimits.silence))" }
        return client.lastWords.isEmpty
            ? "it did not answer within \(DurationText.human(client.patience))" : client.lastWords
    }

    /// Its output has ended without a bye.
    private func end(_ call: Int, _ client: SSHClient) -> LinkEvent.What {
        clients[call] = nil
        // The output's end comes a little before the process's own.
        let limit = clock.now() + .seconds(2)
        var status = client.exitStatus()
        while status == nil, clock.now() < limit {
            var polled = pollfd(fd: client.errors, events: Int16(POLLIN), revents: 0)
            _ = poll(&polled, 1, 10)
            client.readErrors()
            if polled.revents & Int16(POLLHUP) != 0 { clock.sleep(for: .milliseconds(2)) }
            status = client.exitStatus()
        }
        client.readErrors()
        let words = client.lastWords
        switch status {
        case 127, 126:
            return .lost(
                "mosaic cannot be run there: \(words.isEmpty ? "it is not in the PATH of ssh's commands" : words)")
        case 255: return .lost(words.isEmpty ? "the connection ended" : words)
        default:
            if client.reader.hasGreeted { return .lost("the connection ended in the middle of its answer") }
            let said = words.isEmpty ? client.reader.lastNoise : words
            return .lost("it does not answer as mosaic does" + (said.isEmpty ? "" : ": \(said)"))
        }
    }

    public func terminalCommand(_ host: HostsFile.Host, _ words: [String]) -> [String]? {
        [program, "-t", "--", host.address] + words
    }

    private func options(_ host: HostsFile.Host) -> [String] {
        // No question is put to a person who sees many hosts at once.
        var options = [
            "-o", "BatchMode=yes", "-o", "ConnectTimeout=\(connectTimeout)", "-o", "ServerAliveInterval=2",
            "-o", "ServerAliveCountMax=3",
        ]
        guard let masters else { return options }
        mastered[host.name.rawValue] = host
        // Should we be killed, it ends by itself.
        options += [
            "-o", "ControlMaster=auto", "-o", "ControlPath=\(path(host, in: masters))", "-o", "ControlPersist=20",
        ]
        return options
    }

    // MARK: Connections that are kept

    private var numbers: [String: Int] = [:]

    /// ssh adds 17 bytes, and a socket's path has 107.
    private func path(_ host: HostsFile.Host, in folder: String) -> String {
        let number = numbers[host.name.rawValue] ?? numbers.count
        numbers[host.name.rawValue] = number
        return "\(folder)/\(number)"
    }

    private static func makeFolder(_ environment: [String: String]) throws(FleetError) -> String {
        let runtime = environment["XDG_RUNTIME_DIR"] ?? ""
        let parent = runtime.begins(with: "/") && runtime.utf8.count <= 40 ? runtime : "/tmp"
        removeAbandoned(in: parent)
        var template = Array("\(parent)/\(folderPrefix)\(getpid())-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw FleetError(
                .io, "cannot make a directory in \(Printable.oneLine(parent)): \(String(cString: strerror(errno)))",
                hint: "check who may write there")
        }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static let folderPrefix = "mosaic-ssh-"

    /// Folders of killed stations, once their connections have ended, too: only an empty folder can be removed.
    private static func removeAbandoned(in parent: String) {
        guard let stream = opendir(parent) else { return }  // then none can be made there either, which is told
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let pid = name.after(folderPrefix)?.halves(at: "-").flatMap({ pid_t($0.0) }), pid > 0,
                kill(pid, 0) != 0, errno == ESRCH
            else { continue }
            rmdir("\(parent)/\(name)")
        }
    }

    public func closeConnections() {
        clients = [:]
        guard let masters else { return }
        self.masters = nil
        for host in mastered.values {
            let path = path(host, in: masters)
            guard access(path, F_OK) == 0 else { continue }
            do throws(FleetError) {
                _ = try ChildProcess(
                    executable: program, arguments: ["-S", path, "-O", "exit", "--", host.address],
                    environment: environment
                ).run(timeout: .seconds(2))
            } catch {
                continue  // it ends by itself after 20 s
            }
        }
        for host in mastered.values { unlink(path(host, in: masters)) }
        rmdir(masters)
    }
}
