package import FleetGuard
internal import Glibc

extension FleetInstaller {
    /// The installer as an earlier `init` had it, to check whether its files match the roster.
    ///
    /// The programs that the installed units name are kept as long as they can be run, so that a look with another
    /// PATH, or by another copy of this program, finds nothing to change.
    /// - Returns: nil when the agents' template was not written by `init`, or was changed since.
    package static func ofInstalledUnits(
        home: MosaicHome, scope: ManagerScope, environment: [String: String]
    ) throws(FleetError) -> FleetInstaller? {
        let unitFolder = try scope.unitFolder(environment: environment)
        guard let folder = try ConfigFolder.open(unitFolder, create: false),
            case .file(let bytes) = try folder.read(FleetUnits.template), GeneratedText.authorship(of: bytes) == .own
        else { return nil }
        let line = String(decoding: bytes, as: UTF8.self).parts(at: "\n").lazy
            .compactMap { $0.after("ExecStart=") }.first
        let words = line?.parts(at: " ").map(String.init) ?? []
        func kept(_ path: String?) -> String? {
            guard let path, UnitText.canBeProgram(path), access(path, X_OK) == 0 else { return nil }
            return path
        }
        let tmux = words.firstIndex(of: "--tmux").flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
        var programs: (tmux: String, mosaic: String)
        if let path = kept(tmux) {
            programs.tmux = path
        } else {
            programs.tmux = try TmuxProgram.find(environment: environment)
        }
        if let path = kept(words.first) {
            programs.mosaic = path
        } else {
            programs.mosaic = try MosaicProgram.running()
        }
        return FleetInstaller(
            home: home, scope: scope, unitFolder: unitFolder, tmux: programs.tmux, mosaic: programs.mosaic,
            userHome: try HomeDirectory.path(environment: environment))
    }
}

extension FleetInstaller {
    /// What has systemd run the event command.
    package static let eventPath = FleetUnits.eventPath
}

extension FleetInstaller.Change {
    /// Whose drop-in it is; nil for any other file.
    package var agent: AgentName? {
        guard let folder = path.parts(at: "/").dropLast().last, folder.ends(with: ".service.d") else {
            return nil
        }
        do throws(FleetError) { return AgentName(unit: try UnitName(String(folder.dropLast(2)))) } catch { return nil }
    }

    package var isEventPath: Bool { path.ends(with: "/" + FleetUnits.eventPath) }

    /// A unit that no agent runs in, and that nothing has to be restarted for.
    package var isHelper: Bool {
        [FleetUnits.eventPath, FleetUnits.eventTemplate, FleetUnits.healService, FleetUnits.healTimer].contains {
            path.ends(with: "/" + $0)
        }
    }
}
