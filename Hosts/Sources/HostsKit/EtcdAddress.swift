internal import FleetGuard
internal import FleetKit

/// `[etcd]` of `hosts.toml`: where the slots of several stations are, and how this station shows who it is.
public struct EtcdAddress: Sendable, Equatable {
    public struct Endpoint: Sendable, Equatable {
        /// As it is written in the file.
        public var text: String
        /// A name or an address, without brackets.
        public var host: String
        public var port: Int
    }

    public struct Certificates: Sendable, Equatable {
        /// Paths of PEM files. `authority` signed the servers' certificates; the other two are this station's own.
        public var authority: String
        public var certificate: String
        public var key: String
    }

    public var endpoints: [Endpoint]
    /// nil: without TLS, which only loopback addresses may be.
    public var certificates: Certificates?
    /// In the servers' certificates, where it is not the endpoint's own host.
    public var serverName: String?
    /// Of every key, without a slash at its end.
    public var prefix: String

    public static let defaultPrefix = "mosaic-fleet"

    /// - Returns: nil where the file has no `[etcd]`.
    /// - Throws: `.badRoster`, with the place.
    init?(_ root: RosterReader, file: String) throws(FleetError) {
        guard
            let table = try root.table(
                "etcd", known: ["endpoints", "ca", "certificate", "key", "server_name", "prefix"])
        else { return nil }
        let example = "write it like endpoints = [\"https://etcd1.example:2379\"]"
        guard let texts = try table.strings("endpoints"), !texts.isEmpty else {
            throw table.error("endpoints", "[etcd] has no endpoints", hint: example)
        }
        guard texts.count <= 16 else {
            throw table.error("endpoints", "[etcd] has more than 16 endpoints", hint: "list the members of one cluster")
        }
        endpoints = []
        var isSecure: [Bool] = []
        for text in texts {
            guard let (endpoint, secure) = Self.endpoint(text) else {
                throw table.error(
                    "endpoints", "'\(Printable.oneLine(text, limit: 100))' is not an endpoint of etcd", hint: example)
            }
            guard !endpoints.contains(endpoint) else {
                throw table.error(
                    "endpoints", "'\(Printable.oneLine(text, limit: 100))' is listed twice", hint: "list it once")
            }
            guard secure || Self.isLoopback(endpoint.host) else {
                throw table.error(
                    "endpoints", "'\(Printable.oneLine(text, limit: 100))' is not encrypted",
                    hint: "write https://…, with ca, certificate and key; http:// is for etcd on this machine only")
            }
            endpoints.append(endpoint)
            isSecure.append(secure)
        }
        let paths = try (table.string("ca"), table.string("certificate"), table.string("key"))
        if !isSecure.contains(true) {
            for key in ["ca", "certificate", "key", "server_name"] where table.has(key) {
                throw table.error(key, "\(key) is of no use with http://", hint: "remove it, or write https://…")
            }
        } else {
            guard !isSecure.contains(false) else {
                throw table.error(
                    "endpoints", "some endpoints are https:// and some http://", hint: "use https:// for all")
            }
            guard case (let authority?, let certificate?, let key?) = paths else {
                let missing = paths.0 == nil ? "ca" : paths.1 == nil ? "certificate" : "key"
                throw table.error(
                    missing, "[etcd] has no \(missing)",
                    hint: "https:// needs ca, certificate and key: paths of PEM files, from \(Self.folder(of: file)) on"
                )
            }
            for (name, path) in [("ca", authority), ("certificate", certificate), ("key", key)]
            where path.isEmpty || path.utf8.contains(0) {
                throw table.error(name, "\(name) is not a path", hint: "write the path of a PEM file")
            }
            certificates = Certificates(
                authority: Self.absolute(authority, file), certificate: Self.absolute(certificate, file),
                key: Self.absolute(key, file))
        }
        serverName = try table.string("server_name")
        if let serverName, !Self.isName(serverName) {
            throw table.error(
                "server_name", "server_name is not the name of a host", hint: "write a name of etcd's certificates")
        }
        prefix = try table.string("prefix") ?? Self.defaultPrefix
        guard Self.isPrefix(prefix) else {
            throw table.error(
                "prefix", "prefix is not one or more words with '/' between them",
                hint: "use letters, digits, '_', '.' and '-', such as \"mosaic-fleet\"")
        }
    }

    private static func endpoint(_ text: String) -> (Endpoint, isSecure: Bool)? {
        let isSecure: Bool
        let rest: Substring
        if let after = text.after("https://") {
            (isSecure, rest) = (true, after)
        } else if let after = text.after("http://") {
            (isSecure, rest) = (false, after)
        } else {
            return nil
        }
        guard text.utf8.count <= 300, let colon = rest.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = rest[rest.utf8.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let port = Int(digits),
            (1...65_535).contains(port)
        else { return nil }
        var host = String(rest[..<colon])
        if host.utf8.first == UInt8(ascii: "["), host.utf8.last == UInt8(ascii: "]") {
            host = String(host.dropFirst().dropLast())
            guard host.utf8.contains(UInt8(ascii: ":")),
                host.utf8.allSatisfy({ isHexadecimal($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return nil }
        } else if !isName(host) {
            return nil
        }
        return (Endpoint(text: text, host: host, port: port), isSecure)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    /// Of DNS, or an IPv4 address.
    private static func isName(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: "-")
            && text.parts(at: ".", keepingEmpty: true).allSatisfy { label in
                !label.isEmpty && label.utf8.allSatisfy(isWordByte)
            }
    }

    private static func isPrefix(_ text: String) -> Bool {
        text.utf8.count <= 200
            && text.parts(at: "/", keepingEmpty: true).allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: ".") }
            }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "::1"].containsExactly(host) { return true }
        let parts = host.parts(at: ".", keepingEmpty: true)
        return parts.count == 4 && parts[0].isExactly("127") && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func folder(of file: String) -> String {
        file.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(file[..<$0]) } ?? "."
    }

    private static func absolute(_ path: String, _ file: String) -> String {
        path.utf8.first == UInt8(ascii: "/") ? path : "\(folder(of: file))/\(path)"
    }
}
