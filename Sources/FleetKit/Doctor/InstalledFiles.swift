internal import FleetGuard

/// Where manual pages and completions may be installed.
struct InstalledFiles {
    private let machine: Machine
    /// Folders such as `/usr/share`: beside the program, of the system, of the user.
    private let shares: [String]

    init(_ fleet: HealthContext) {
        machine = fleet.machine
        var folders: [String] = []
        if let program = machine.program, program.contains("/bin/") {
            folders.append(program.parts(at: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/share")
        }
        folders += ["/usr/local/share", "/usr/share"]
        if let home = try? HomeDirectory.path(environment: fleet.environment) {  // without one: only the others
            folders.append(home + "/.local/share")
        }
        shares = folders
    }

    /// The first of these files below one of the share folders.
    func first(_ names: [String]) -> String? {
        for share in shares {
            for name in names where machine.exists("\(share)/\(name)") { return "\(share)/\(name)" }
        }
        return nil
    }
}
