import Foundation
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

/// The main process' side of the socket, against programs that use it rightly and wrongly.
@Suite("The socket of an agent's main process", .timeLimit(.minutes(10)))
struct ReportSocketTests {
    private let folder: TemporaryFolder
    private let listener: WindowListener

    init() throws {
        folder = try TemporaryFolder()
        listener = try WindowListener(environment: ["XDG_RUNTIME_DIR": folder.path, "INVOCATION_ID": "i"])
    }

    /// A connection of this process; it never blocks.
    private func connect() throws -> CInt {
        let file = socket(AF_UNIX, CInt(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(listener.address.utf8)) }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(connected == 0)
        return file
    }

    private func say(_ text: String, on file: CInt) {
        let bytes = Array(text.utf8)
        #expect(Glibc.send(file, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count)
    }

    /// Nil: nothing has come; empty: the other end has hung up.
    private func heard(_ file: CInt) -> String? {
        var bytes = [UInt8](repeating: 0, count: 1000)
        let count = recv(file, &bytes, bytes.count, 0)
        return count < 0 ? (errno == EAGAIN ? nil : "") : String(decoding: bytes[..<count], as: UTF8.self)
    }

    @Test func isThisUsersAlone() {
        var status = stat()
        #expect(stat(listener.address, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(stat(folder.path + "/mosaic-fleet", &status) == 0 && status.st_mode & 0o777 == 0o700)
        listener.close()
        #expect(stat(listener.address, &status) != 0)
    }

    @Test func aMessageIsTakenAtOnceAndAnsweredOnce() throws {
        let file = try connect()
        say("hello", on: file)
        let letter = try #require(listener.accept())
        #expect(letter.process == getpid() && letter.bytes == Array("hello".utf8))
        #expect(listener.candidates.isEmpty)
        listener.reply("taken", to: letter)
        #expect(heard(file) == "taken" && heard(file) == "")
        close(file)
        listener.close()
    }

    @Test("a program that goes away before its answer does no harm")
    func goneSender() throws {
        let file = try connect()
        say("hello", on: file)
        close(file)
        let letter = try #require(listener.accept())
        listener.reply("taken", to: letter)
        let silent = try connect()
        #expect(listener.accept() == nil && listener.candidates.count == 1)
        close(silent)
        #expect(listener.receive(try #require(listener.candidates.first?.connection)) == nil)
        #expect(listener.candidates.isEmpty)
        listener.close()
    }

    @Test("connections that say nothing stay few, and keep neither a report nor a window out")
    func floods() throws {
        var files: [CInt] = []
        for _ in 0..<200 {
            files.append(try connect())
            #expect(listener.accept() == nil)
            #expect(listener.candidates.count <= 8)
        }
        // All but the latest have been hung up on: this side keeps no descriptor of theirs.
        #expect(files.prefix(192).allSatisfy { heard($0) == "" })
        #expect(files.suffix(8).allSatisfy { heard($0) == nil })
        let file = try connect()
        say("hello", on: file)
        let letter = try #require(listener.accept())
        listener.reply("taken", to: letter)
        #expect(heard(file) == "taken")
        for file in files + [file] { close(file) }
        listener.close()
    }

    @Test("a message in two pieces is two messages, of which the second is dropped")
    func halves() throws {
        let file = try connect()
        say("hel", on: file)
        say("lo", on: file)
        let letter = try #require(listener.accept())
        #expect(letter.bytes == Array("hel".utf8))
        listener.reply("no", to: letter)
        #expect(listener.candidates.isEmpty && listener.accept() == nil)
        close(file)
        listener.close()
    }

    @Test("a message of any size is read up to a bound")
    func long() throws {
        let file = try connect()
        say(String(repeating: "x", count: 100_000), on: file)
        let letter = try #require(listener.accept())
        #expect(letter.bytes.count <= 8192 && ReportMessage(letter.bytes) == nil)
        listener.reply("no", to: letter)
        close(file)
        listener.close()
    }
}

/// The other side: what a hook runs.
@Suite("Sending a report", .timeLimit(.minutes(10)))
struct ReportSendingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func problem(_ environment: [String: String], note: String? = nil) -> FleetError? {
        do throws(FleetError) {
            try ActivityReport(.idle, note: note).send(environment: environment, patience: .milliseconds(50))
            return nil
        } catch {
            return error
        }
    }

    private func environment(_ address: String) -> [String: String] {
        ["MOSAIC_AGENT_SOCKET": address, "MOSAIC_AGENT_RUN": "r"]
    }

    @Test func outsideAWindowItIsRefused() {
        #expect(problem([:])?.message == "this process does not belong to an agent's unit")
        #expect(problem(["MOSAIC_AGENT_SOCKET": "/x"])?.message == "this process does not belong to an agent's unit")
    }

    @Test(
        "a main process that is gone, and addresses that are none",
        arguments: ["/nonexistent/s", "", "@", "@none-such"])
    func gone(_ address: String) {
        #expect(problem(environment(address))?.code == .notActive)
        #expect(problem(environment(address + String(repeating: "x", count: 200)))?.code == .notActive)
    }

    @Test("a main process that hangs is not waited for")
    func hung() throws {
        let listener = try WindowListener(environment: ["XDG_RUNTIME_DIR": folder.path, "INVOCATION_ID": "i"])
        #expect(problem(environment(listener.address))?.message.contains("hung or stopped") == true)
        // Also when its queue is full.
        for _ in 0..<40 { _ = problem(environment(listener.address)) }
        #expect(problem(environment(listener.address))?.code == .notActive)
        listener.close()
    }

    @Test("a note that cannot be shown is not sent", arguments: ["a\nb", "\u{1b}", String(repeating: "x", count: 201)])
    func badNote(_ note: String) {
        #expect(problem(environment("/nonexistent/s"), note: note)?.code == .usage)
    }
}
