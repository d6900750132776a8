internal import FleetGuard
internal import FleetKit
internal import Glibc
internal import HostsKit
internal import NIOSSL

/// Looks at the certificates before they are used: what TLS says of an expired one is a closed connection.
enum CertificateCheck {
    /// - Throws: `.badRoster` naming a file that cannot be read; `.noServiceManager` naming one that has expired.
    static func check(_ certificates: EtcdAddress.Certificates) throws(FleetError) {
        for path in [certificates.certificate, certificates.authority] { try checkDates(path) }
        try checkKey(certificates.key)
    }

    private static func checkDates(_ path: String) throws(FleetError) {
        try checkFile(path)
        let found: [NIOSSLCertificate]
        do { found = try NIOSSLCertificate.fromPEMFile(path) } catch {
            throw unusable(path, "a certificate in PEM")
        }
        guard let first = found.first else { throw unusable(path, "a certificate in PEM") }
        let now = time(nil)
        guard now <= first.notValidAfter else {
            throw FleetError(
                .noServiceManager,
                "the certificate \(Printable.oneLine(path)) expired at \(Timestamp.rfc3339(Double(first.notValidAfter)))",
                hint: "renew it; nothing was touched")
        }
        guard now >= first.notValidBefore else {
            throw FleetError(
                .noServiceManager,
                "the certificate \(Printable.oneLine(path)) is valid from \(Timestamp.rfc3339(Double(first.notValidBefore))) on",
                hint: "check this machine's clock; nothing was touched")
        }
    }

    private static func checkKey(_ path: String) throws(FleetError) {
        try checkFile(path)
        do { _ = try NIOSSLPrivateKey(file: path, format: .pem) } catch {
            throw unusable(path, "a private key in PEM without a passphrase")
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { return }
        throw FleetError(
            .badRoster, "the private key \(Printable.oneLine(path)) is open to others",
            hint: "run 'chmod go= \(Printable.oneLine(path))'")
    }

    private static func checkFile(_ path: String) throws(FleetError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw FleetError(
                .badRoster, "cannot open \(Printable.oneLine(path)): \(String(cString: strerror(errno)))",
                hint: "correct ca, certificate and key in [etcd] of hosts.toml")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= 1 << 20 else {
            throw unusable(path, "a small regular file")
        }
    }

    private static func unusable(_ path: String, _ wanted: String) -> FleetError {
        FleetError(
            .badRoster, "\(Printable.oneLine(path)) is not \(wanted)",
            hint: "correct ca, certificate and key in [etcd] of hosts.toml")
    }
}
