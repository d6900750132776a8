public import FleetGuard
internal import Glibc

/// What tells one fleet on one machine from all others, however a station calls it.
public enum HostIdentity {
    /// The machine's id, the user and a digest of the mosaic home's real path: two ssh names, or a linked home, give the
    /// same text, which is fit for a file's name.
    /// - Throws: `.io` for a machine without an id.
    public static func of(_ home: MosaicHome, machineFile: String = "/etc/machine-id") throws(FleetError) -> String {
        let machine = SmallFile.text(machineFile, limit: 256)?.parts(at: "\n").first.map(String.init) ?? ""
        guard machine.utf8.count == 32, machine.utf8.allSatisfy(Self.isHexadecimal) else {
            throw FleetError(
                .io, "this machine has no id in \(Printable.oneLine(machineFile))",
                hint: "run 'systemd-machine-id-setup' as root on this host")
        }
        guard let real = realpath(home.path, nil) else {
            throw FleetError(
                .io,
                "cannot access the mosaic home \(Printable.oneLine(home.path)): \(String(cString: strerror(errno)))",
                hint: "run 'mosaic fleet init' on this host first")
        }
        defer { free(real) }
        return "\(machine)-\(geteuid())-\(FNVHash.text(String(cString: real).utf8))"
    }

    /// Whether a host's answer can be an identity: it becomes a file's name and a key.
    public static func isOne(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count)
            && text.utf8.allSatisfy { isHexadecimal($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        byte.isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
