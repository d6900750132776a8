import Foundation
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("Telling systemd", .timeLimit(.minutes(10)))
struct ServiceNotifierTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Binds a datagram socket to the name, lets `body` send to it and gives back what came.
    private func listen(_ name: [UInt8], _ body: () throws -> Void) throws -> String {
        let file = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        defer { close(file) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(file, $0, length) }
        }
        try #require(bound == 0)
        try body()
        var buffer = [UInt8](repeating: 0, count: 1000)
        let count = recv(file, &buffer, buffer.count, 0)
        return count < 0 ? "" : String(decoding: buffer[..<count], as: UTF8.self)
    }

    @Test func aPathAndAnAbstractNameGetOneDatagram() throws {
        let path = folder.path + "/s"
        let sent = "READY=1\nSTATUS=two\\nlines"
        #expect(
            try listen(Array(path.utf8)) {
                try ServiceNotifier(environment: ["NOTIFY_SOCKET": path]).ready(status: "two\nlines")
            } == sent)
        let name = "mosaic-test-\(UUID())"
        #expect(
            try listen([0] + Array(name.utf8)) {
                try ServiceNotifier(environment: ["NOTIFY_SOCKET": "@" + name]).ready(status: "two\nlines")
            } == sent)
    }

    /// The kernel holds back a sender whose receiver does not read.
    @Test func anOfferWaitsForNobody() throws {
        let path = folder.path + "/s"
        let first = try listen(Array(path.utf8)) {
            let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": path])
            var taken = 0
            while try notifier.offer(status: "n\(taken)"), taken < 100_000 { taken += 1 }
            #expect((1..<100_000).contains(taken))
        }
        #expect(first == "STATUS=n0")
    }

    @Test func anOfferIsWhole() throws {
        let path = folder.path + "/s"
        let text = String(repeating: "x", count: 300)
        let sent = try listen(Array(path.utf8)) {
            let isTaken = try ServiceNotifier(environment: ["NOTIFY_SOCKET": path]).offer(status: text)
            #expect(isTaken)
        }
        #expect(sent == "STATUS=" + text)
    }

    @Test func withoutASocketNobodyIsTold() throws {
        try ServiceNotifier(environment: [:]).ready(status: "x")
        try ServiceNotifier(environment: ["NOTIFY_SOCKET": ""]).ready(status: "x")
    }

    @Test(arguments: ["relative", "vsock:2:1", "/nonexistent/s", "@" + String(repeating: "x", count: 200)])
    func aSocketThatCannotBeReachedIsAnError(address: String) {
        let error = #expect(throws: FleetError.self) {
            try ServiceNotifier(environment: ["NOTIFY_SOCKET": address]).ready(status: "x")
        }
        #expect(error?.code == .io)
    }
}
