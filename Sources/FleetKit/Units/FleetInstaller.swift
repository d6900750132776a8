public import FleetGuard
internal import Glibc

/// The work of `mosaic fleet init`: the roster, the holder's unit, the agents' template, a drop-in for each agent.
///
/// Only files that an earlier run wrote and that are unchanged since are renewed or removed. The caller reloads the
/// service manager afterwards.
public struct FleetInstaller: Sendable {
    /// One file and what was done with it.
    public struct Change: Sendable, Equatable {
        /// What `install` did with the file, or what it would do, in a preview.
        public enum Action: Sendable, Equatable {
            case created, unchanged, renewed
            /// Of an agent that left the roster.
            case removed
            /// Somebody else's text was replaced by `--force`; it is kept under the given path.
            case replaced(backup: String)
            /// Left alone; the text says why.
            case kept(String)
        }
        /// Absolute.
        public var path: String
        /// In a preview, what would be done.
        public var action: Action

        /// - Parameter path: absolute.
        public init(path: String, action: Action) {
            self.path = path
            self.action = action
        }
    }

    /// Its roster is read, and its path is written into the units.
    public var home: MosaicHome
    /// The service manager that the units are written for.
    public var scope: ManagerScope
    package var unitFolder: String
    /// Absolute path of tmux.
    public var tmux: String
    /// Absolute path of this program, which the agents' units run.
    public var mosaic: String
    /// For `~` in an agent's directory.
    package var userHome: String
    /// Replace files that were written or changed outside mosaic, and keep a copy. Never the roster, never links.
    public var force: Bool
    /// Agents that left the roster and still run: their drop-ins stay, because systemd would end them with the template's
    /// stop timeout instead of their own.
    package private(set) var running: Set<AgentName> = []
    /// False: only reports what would be done.
    private var writes = true

    /// With every path given, so that the environment is not read. Writes nothing.
    public init(
        home: MosaicHome, scope: ManagerScope, unitFolder: String, tmux: String, mosaic: String, userHome: String,
        force: Bool = false
    ) {
        self.home = home
        self.scope = scope
        self.unitFolder = unitFolder
        self.tmux = tmux
        self.mosaic = mosaic
        self.userHome = userHome
        self.force = force
    }

    /// From the process's environment: unit folder, tmux and the home directory.
    ///
    /// - Parameter mosaic: this program's absolute path, see `MosaicProgram`.
    public init(
        home: MosaicHome, scope: ManagerScope, mosaic: String, environment: [String: String], force: Bool = false
    ) throws(FleetError) {
        self.init(
            home: home, scope: scope, unitFolder: try scope.unitFolder(environment: environment),
            tmux: try TmuxProgram.find(environment: environment), mosaic: mosaic,
            userHome: try HomeDirectory.path(environment: environment), force: force)
    }

    /// Writes missing files and renews its own.
    ///
    /// Every text is made before the first unit file is touched, so a bad roster changes nothing.
    /// - Returns: every file that belongs to the fleet, in the order of the work.
    /// - Throws: `.badRoster`; `.io`, naming the file. Files written before an I/O error stay; the next run continues.
    public func install() throws(FleetError) -> [Change] { try work() }

    /// What `install` would do. Writes nothing.
    public func preview() throws(FleetError) -> [Change] {
        var reader = self
        reader.writes = false
        return try reader.work()
    }

    /// Agents that left the roster and whose drop-ins `install` would remove.
    ///
    /// - Throws: what `install` throws before it writes anything.
    package func leaving() throws(FleetError) -> [AgentName] {
        try ForeignHome.refuse(home.fleetDirectory)
        try ForeignHome.refuse(unitFolder)
        return try left()
    }

    private func left() throws(FleetError) -> [AgentName] {
        try preview().compactMap { $0.action == .removed ? $0.agent : nil }
    }

    /// Looks which of the agents that left the roster still run. Their drop-ins stay until a later `install`.
    ///
    /// - Parameter manager: asked for only where an agent left the roster.
    package mutating func keepRunning(in manager: () throws(FleetError) -> any ServiceManager) throws(FleetError) {
        let names = try left()
        guard !names.isEmpty else { return }
        let units = try names.map { name throws(FleetError) in try name.unit }
        let states = try manager().brief(of: units)
        running = Set(zip(names, states).filter { !$0.1.isDown && !$0.1.isNotFound }.map(\.0))
    }

    /// Homes that are not there any more and whose units `install` takes over.
    package func abandonedHomes() throws(FleetError) -> [String] { try survey(roster().roster) }

    private func work() throws(FleetError) -> [Change] {
        if writes {
            try ForeignHome.refuse(home.fleetDirectory)
            try ForeignHome.refuse(unitFolder)
        }
        let (roster, isWritten) = try roster()
        // Before anything is created: a refusal changes nothing.
        _ = try survey(roster)
        if !isWritten && writes {
            let folder = try ConfigFolder.open(home.fleetDirectory, create: true)
            try folder?.write("roster.toml", StarterRoster.text)
        }
        var changes = [Change(path: home.rosterPath, action: isWritten ? .unchanged : .created)]
        let texts = try unitTexts(of: roster)
        let folder = try ConfigFolder.open(unitFolder, create: writes)
        for text in texts {
            var place = folder
            if let name = text.folder { place = try folder?.folder(name, create: writes) }
            // Only where nothing is to be written may it be missing.
            guard let place else {
                let path = [unitFolder, text.folder, text.name].compactMap(\.self).joined(separator: "/")
                changes.append(Change(path: path, action: .created))
                continue
            }
            if writes, text.name.isExactly(FleetUnits.eventDropIn) {
                changes.append(try place.keepingTime { () throws(FleetError) in try put(text, into: place) })
            } else {
                changes.append(try put(text, into: place))
            }
        }
        let events = EventFolder(home: home)
        if !roster.events.command.isEmpty, writes { try events.make() }
        guard let folder else { return changes }
        changes += try renewHeal(roster, folder)
        changes += try removeLeft(by: roster, from: folder)
        if roster.events.command.isEmpty {
            changes += try removeEvents(of: roster.holder.unit, from: folder)
            if writes { try events.remove() }
        }
        return changes
    }

    /// The units of events that are no longer delivered.
    private func removeEvents(of holder: UnitName, from folder: ConfigFolder) throws(FleetError) -> [Change] {
        try FleetUnits.eventFiles(holder: holder).map { file throws(FleetError) in
            try removeOwn(file.name, in: file.folder, from: folder, reason: "; the roster has no [events]")
        }.compactMap(\.self)
    }

    func roster() throws(FleetError) -> (roster: Roster, isWritten: Bool) {
        if let written = try Roster.load(home: home) { return (written, true) }
        return (try RosterDecoder.decode(Array(StarterRoster.text.utf8), file: home.rosterPath), false)
    }

    /// Looks at every unit that `install` would write or remove, and at the drop-ins of all agents: one service manager
    /// has one template for them.
    ///
    /// - Throws: `.unsafeHome` where one belongs to another home that is there.
    func survey(_ roster: Roster) throws(FleetError) -> [String] {
        guard let folder = try ConfigFolder.open(unitFolder, create: false) else { return [] }
        let place = try home.place()
        var gone: [String] = []
        func look(_ entry: ConfigFolder.Entry, _ path: String) throws(FleetError) {
            guard case .file(let bytes) = entry, let owner = UnitHome(in: bytes) else { return }
            switch owner.relation(to: place) {
            case .own: break
            case .other(let other): throw UnitHome.refusal(path, of: other, asked: home.path)
            case .gone(let old): if !gone.contains(old) { gone.append(old) }
            }
        }
        for name in [roster.holder.unit.rawValue, FleetUnits.template] {
            try look(try folder.read(name), "\(unitFolder)/\(name)")
        }
        for name in try folder.names() where Self.isDropInFolder(name) {
            guard let inner = try folder.folder(name, create: false) else { continue }
            try look(try inner.read(FleetUnits.dropInFile), "\(inner.path)/\(FleetUnits.dropInFile)")
        }
        return gone
    }

    /// Of an agent, not of the template.
    private static func isDropInFolder(_ name: String) -> Bool {
        name.begins(with: AgentName.unitPrefix) && name.ends(with: ".service.d") && name != "\(FleetUnits.template).d"
    }

    struct UnitFile {
        /// Inside the unit folder; nil = directly in it.
        var folder: String?
        var name: String
        var text: String
        var mode: mode_t = 0o644
    }

    func units(of roster: Roster) throws(FleetError) -> FleetUnits {
        guard let socket = roster.holder.socket else {
            throw FleetError(
                .badRoster,
                "\(Printable.oneLine(home.rosterPath)): [holder] has no socket, so the units cannot be written",
                hint: "add a line such as socket = \"mosaic-fleet\" under [holder]")
        }
        return FleetUnits(
            scope: scope, tmux: tmux, mosaic: mosaic, holder: roster.holder.unit, socket: socket,
            // Zero only where nothing is written: `install` has made the home by now.
            home: UnitHome(inode: try home.place()?.inode ?? 0, path: home.path))
    }

    private func unitTexts(of roster: Roster) throws(FleetError) -> [UnitFile] {
        let units = try units(of: roster)
        var files = [
            UnitFile(name: roster.holder.unit.rawValue, text: units.holderText),
            UnitFile(name: FleetUnits.template, text: units.templateText),
        ]
        for agent in roster.agents {
            let directory = try HomeDirectory.expandTilde(agent.directory ?? "~", environment: ["HOME": userHome])
            let settings = try FleetUnits.settingLines(agent.settings, userHome: userHome)
            let text = try units.dropInText(
                agent, directory: directory, settings: settings, mosaicHome: home.path, roster: home.rosterPath)
            files.append(
                UnitFile(
                    folder: "\(agent.unit).d", name: FleetUnits.dropInFile, text: text,
                    // An environment may have in it what others need not know.
                    mode: agent.settings.environment.isEmpty ? 0o644 : 0o600))
        }
        if !roster.events.command.isEmpty {
            files += units.eventTexts(home: home).map { UnitFile(folder: $0.folder, name: $0.name, text: $0.text) }
        }
        return files
    }

    func put(_ file: UnitFile, into folder: ConfigFolder) throws(FleetError) -> Change {
        let text = GeneratedText.sealed(file.text)
        func change(_ action: Change.Action) -> Change { Change(path: "\(folder.path)/\(file.name)", action: action) }
        switch try folder.read(file.name) {
        case .absent:
            if writes { try folder.write(file.name, text, mode: file.mode) }
            return change(.created)
        case .other(let what):
            return change(.kept(what))
        case .file(let old):
            if old == Array(text.utf8) { return change(.unchanged) }
            let author = GeneratedText.authorship(of: old)
            if author == .own {
                if writes { try folder.write(file.name, text, mode: file.mode) }
                return change(.renewed)
            }
            guard force else {
                return change(.kept(author == .changed ? "changed outside mosaic" : "not written by mosaic"))
            }
            guard writes else { return change(.replaced(backup: "\(folder.path)/\(file.name).bak")) }
            let backup = try folder.backUp(file.name)
            try folder.write(file.name, text, mode: file.mode)
            return change(.replaced(backup: "\(folder.path)/\(backup)"))
        }
    }

    /// Drop-ins of agents that are no longer in the roster. Their running units are left alone.
    private func removeLeft(by roster: Roster, from folder: ConfigFolder) throws(FleetError) -> [Change] {
        let current = Set(roster.agents.map { "\($0.unit).d" })
        let left = try folder.names().filter { Self.isDropInFolder($0) && !current.contains($0) }
        return try left.map { name throws(FleetError) in
            let path = "\(folder.path)/\(name)/\(FleetUnits.dropInFile)"
            if let agent = Change(path: path, action: .removed).agent, running.contains(agent) {
                return Change(path: path, action: .kept("its agent left the roster and still runs"))
            }
            return try removeOwn(
                FleetUnits.dropInFile, in: name, from: folder, reason: "; its agent left the roster",
                passesOverForeign: true)
        }.compactMap(\.self)
    }

    /// Removes a file that is as mosaic wrote it, and the folder that it was in once that is empty.
    ///
    /// - Parameters:
    ///   - inner: the folder below `folder` that it is in; nil: `folder` itself, which stays.
    ///   - reason: why it is not needed, for what is kept because it was changed.
    ///   - passesOverForeign: a file that mosaic did not write is none of the caller's.
    /// - Returns: nil when there is nothing to remove or keep.
    func removeOwn(
        _ name: String, in inner: String? = nil, from folder: ConfigFolder, reason: String = "",
        passesOverForeign: Bool = false
    ) throws(FleetError) -> Change? {
        let place = try inner.map { name throws(FleetError) in try folder.folder(name, create: false) } ?? folder
        guard let place, case .file(let bytes) = try place.read(name) else { return nil }
        let path = "\(place.path)/\(name)"
        let author = GeneratedText.authorship(of: bytes)
        guard author == .own else {
            if author == .foreign && passesOverForeign { return nil }
            return Change(path: path, action: .kept("changed outside mosaic\(reason)"))
        }
        if writes {
            if name.isExactly(FleetUnits.eventDropIn) {
                try place.keepingTime { () throws(FleetError) in try place.remove(name) }
            } else {
                try place.remove(name)
            }
            if let inner { try folder.removeFolderIfEmpty(inner) }
        }
        return Change(path: path, action: .removed)
    }
}
