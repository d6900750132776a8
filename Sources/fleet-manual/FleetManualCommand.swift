internal import FleetManual
internal import FoundationEssentials
internal import Glibc

/// `fleet-manual PACKAGE`: renews the manual and the completions of the package in that folder. Run by
/// `swift package renew-manual`.
@main
enum FleetManualCommand {
    static func main() {
        guard CommandLine.arguments.count == 2 else {
            print("usage: fleet-manual PACKAGE")
            exit(64)
        }
        do {
            let renewed = try GeneratedFiles(package: URL(filePath: CommandLine.arguments[1])).renew()
            for path in renewed { print("renewed \(path)") }
            if renewed.isEmpty { print("manual and completions are up to date") }
        } catch {
            print("fleet-manual: \(error)")
            exit(1)
        }
    }
}
