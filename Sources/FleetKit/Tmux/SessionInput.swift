package import FleetGuard
internal import Glibc

/// Typing into an agent's own pane without attaching: as one paste, or as keys.
///
/// The text goes over a tmux client's standard input into a buffer of its own, and from there into the pane: no byte of it
/// is in a command line, and tmux acts on none. Whether the pane takes it is decided by the server in the same step.
package struct SessionInput {
    private let tmux: AgentTmux
    private let manager: any ServiceManager

    /// More would be kept in the server's memory until the agent reads it.
    package static let sizeLimit = 16 << 20

    /// - Throws: `.badRoster` where the roster names no socket; `.notActive` where the holder has no server; `.usage`
    ///   without tmux in `PATH`.
    package init(
        of roster: Roster, manager: any ServiceManager, environment: [String: String]
    ) throws(FleetError) {
        tmux = try AgentTmux(of: roster, manager: manager, environment: environment)
        self.manager = manager
    }

    /// What ends a bracketed paste: the rest of a text that has it would arrive as if it had been typed.
    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    /// - Throws: `.usage` for a text that cannot go in as one paste.
    package static func check(_ bytes: [UInt8]) throws(FleetError) {
        guard bytes.count <= sizeLimit else {
            throw FleetError(
                .usage, "the text has \(bytes.count) bytes, and a paste takes at most \(sizeLimit)",
                hint: "write it to a file, and send its name")
        }
        var rest = bytes[...]
        while let escape = rest.firstIndex(of: 0x1B) {
            rest = rest[escape...]
            guard !rest.starts(with: pasteEnd) else {
                throw FleetError(
                    .usage,
                    "the text has ESC[201~ at byte \(escape), which ends a paste: what follows would be taken as typed",
                    hint: "remove it; keys are sent with --keys")
            }
            rest = rest.dropFirst()
        }
    }

    /// - Parameter enter: the Enter key after it.
    /// - Throws: `.notActive`, `.busy`: see `refuse`; nothing was typed then.
    package func paste(_ bytes: [UInt8], enter: Bool, into agent: Roster.Agent) throws(FleetError) {
        let pane = try pane(of: agent)
        let buffer = "mosaic-send-\(LockToken.random().rawValue)"
        // tmux 3.7 and newer make control characters readable without -S.
        let options = pane.canBeExact ? "-prdS" : "-prd"
        let steps =
            ["paste-buffer \(options) -b \(buffer) -t \(pane.id)"] + (enter ? [Self.keys(["Enter"], pane.id)] : [])
        do throws(FleetError) {
            try type(
                ["load-buffer", "-b", buffer, "-", ";"], steps, otherwise: ["delete-buffer -b \(buffer)"], into: agent,
                pane.id, input: bytes)
        } catch {
            // Where the client ended between the two, the server still has the text. A failure of this says less than the
            // first one: it has none of it, or does not answer.
            _ = try? tmux.run(["delete-buffer", "-b", buffer], for: agent.name)
            throw error
        }
    }

    /// - Parameter keys: by tmux's names (`TmuxKey.check`).
    /// - Throws: as `paste`.
    package func press(_ keys: [String], in agent: Roster.Agent) throws(FleetError) {
        let pane = try pane(of: agent)
        try type([], [Self.keys(keys, pane.id)], otherwise: [], into: agent, pane.id)
    }

    private static func keys(_ keys: [String], _ pane: String) -> String {
        (["send-keys", "-t", pane, "--"] + keys.map(TmuxWords.quoted)).joined(separator: " ")
    }

    private static let sent = "sent"

    private func type(
        _ before: [String], _ steps: [String], otherwise: [String], into agent: Roster.Agent, _ pane: String,
        input: [UInt8]? = nil
    ) throws(FleetError) {
        let isClosed = "#{||:#{pane_dead},#{||:#{pane_in_mode},#{pane_input_off}}}"
        let why = "display-message -p -t \(pane) '#{pane_dead} #{pane_in_mode} #{pane_input_off} #{pane_mode}'"
        let answer = try tmux.run(
            before + [
                "if-shell", "-F", "-t", pane, isClosed, (otherwise + [why]).joined(separator: " ; "),
                (steps + ["display-message -p \(Self.sent)"]).joined(separator: " ; "),
            ], for: agent.name, input: input)
        let words = answer.parts(at: "\n").last.map(String.init) ?? ""
        guard words != Self.sent else { return }
        throw refuse(words, agent.name)
    }

    /// - Parameter state: `pane_dead`, `pane_in_mode`, `pane_input_off` and `pane_mode`.
    private func refuse(_ state: String, _ agent: AgentName) -> FleetError {
        let parts = state.parts(at: " ", keepingEmpty: true).map(String.init)
        func isSet(_ index: Int) -> Bool { parts.count > index && !["", "0"].contains(parts[index]) }
        if isSet(0) {
            return FleetError(
                .notActive, "the pane of agent '\(agent)' is dead; nothing was typed",
                hint: "see why with 'mosaic fleet logs \(agent)', and start it with 'mosaic fleet start \(agent)'")
        }
        if isSet(1) {
            let mode = parts.count > 3 && !parts[3].isEmpty ? Printable.oneLine(parts[3]) : "copy-mode"
            return FleetError(
                .busy,
                "the pane of agent '\(agent)' is in \(mode), which would consume the text; nothing was typed",
                hint: "leave it with 'mosaic fleet attach \(agent)' and q, and try again")
        }
        if isSet(2) {
            return FleetError(
                .busy, "input to the pane of agent '\(agent)' is turned off; nothing was typed",
                hint: "turn it on with tmux's 'select-pane -e'")
        }
        return FleetError(
            .notActive, "the holder's tmux server did not take the text: \(Printable.oneLine(state))",
            hint: "see 'mosaic fleet doctor'")
    }

    // MARK: Whose terminal it is

    private func pane(of agent: Roster.Agent) throws(FleetError) -> (id: String, canBeExact: Bool) {
        let pane = try tmux.pane(of: agent.name, "#{pane_tty}")
        guard try isTerminal(pane.text, of: agent) else {
            throw FleetError(
                .notActive, "the program in the pane of agent '\(agent.name)' does not belong to \(agent.unit)",
                hint:
                    "inspect it with 'mosaic fleet peek \(agent.name)'; 'mosaic fleet restart \(agent.name)' starts it again"
            )
        }
        let usage = try tmux.run(
            ["list-commands", "-F", "#{command_list_usage}", "paste-buffer"], for: agent.name)
        return (pane.id, String(usage.parts(at: "]").first ?? "").contains("S"))
    }

    /// Whether what is typed there reaches a process of the unit: one in the terminal's foreground.
    private func isTerminal(_ path: String, of agent: Roster.Agent) throws(FleetError) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else { return false }
        // makedev(3)
        let device = UInt64(status.st_rdev)
        let major = UInt32(truncatingIfNeeded: (device >> 8) & 0xfff)
        let minor = UInt32(truncatingIfNeeded: (device & 0xff) | ((device >> 12) & 0xffff_ff00))
        // As the kernel packs it in /proc/PID/stat.
        let terminal = (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)
        let processes = try manager.processes(of: agent.unit).compactMap(ProcessStat.read)
        let there = processes.filter { $0.terminal == terminal && !$0.hasEnded }
        return there.contains { $0.foreground == $0.group }
    }
}
