internal import FleetKit

extension Explorer {
    /// Runs one schedule and tells it line by line: who, which call, what came of it.
    /// - Returns: nil when the text is no schedule of this scenario.
    package func replay(_ schedule: String) -> [String]? {
        guard let choices = ScheduleString.decode(schedule) else { return nil }
        var state = start
        var lines: [String] = []
        for choice in choices {
            switch choice {
            case .step(let index):
                guard state.world.processes.indices.contains(index), state.nodes[index] >= 0 else { return nil }
                let call = call(of: index, in: state)
                var preview = state.world
                let answer = preview.perform(call, by: index)
                lines.append("\(letter(index))  \(words(call))\(words(answer))")
            case .die(let index):
                guard state.world.processes.indices.contains(index), state.nodes[index] >= 0 else { return nil }
                let how =
                    state.world.processes[index].phase == .alive
                    ? "crashes before: \(words(call(of: index, in: state)))" : "dies: its kernel locks are gone"
                lines.append("\(letter(index))  \(how)")
            case .child(let index): lines.append("   helper \(index) acts or ends")
            case .job(let agent):
                guard state.world.fleet.agents.indices.contains(agent) else { return nil }
                lines.append("   systemd gets on with agent \(agent)")
            case .tick: lines.append("   time passes")
            }
            apply(choice, to: &state)
            if let violation = state.world.violation { return lines + ["=> \(violation)"] }
        }
        if isOver(state) {
            finish(&state)
            if let violation = state.world.violation { return lines + ["=> at the end: \(violation)"] }
        }
        return lines + ["=> nothing is broken"]
    }

    private func letter(_ index: Int) -> Character { Character(Unicode.Scalar(UInt8(65 + index))) }

    private func name(_ name: Int32) -> String {
        let text = vocabulary.name(name)
        guard text.count > 30, let dash = text.firstIndex(of: "-") else { return text }
        // A token's beginning names the contender, its end counts.
        let token = text[text.index(after: dash)...]
        return "\(text[...dash])\(token.prefix(8).suffix(1))\(token.suffix(2))"
    }

    private func words(_ call: SeamCall) -> String {
        switch call {
        case .open(let file, let how): "open(\(name(file)), \(how))"
        case .close(let descriptor): "close(\(descriptor))"
        case .read(let descriptor, _, _): "read(\(descriptor))"
        case .write(let descriptor, _, _): "write(\(descriptor))"
        case .statusOf(let descriptor): "fstat(\(descriptor))"
        case .statusAt(let file): "stat(\(name(file)))"
        case .link(let old, let new): "link(\(name(old)), \(name(new)))"
        case .rename(let old, let new): "rename(\(name(old)), \(name(new)))"
        case .unlink(let file): "unlink(\(name(file)))"
        case .names: "readdir"
        case .lock(let descriptor, let kind): "flock(\(descriptor), \(kind))"
        case .unlock(let descriptor): "unlock(\(descriptor))"
        case .touch(let descriptor): "touch(\(descriptor))"
        case .mark(let mark): "\(mark)".uppercased()
        default: "\(call)"
        }
    }

    private func words(_ answer: SeamAnswer) -> String {
        switch answer {
        case .none: ""
        case .failure(let number): number == 2 ? " = ENOENT" : number == 17 ? " = EEXIST" : " = errno \(number)"
        case .descriptor(let number): " = \(number)"
        case .content(let content): " = content \(content)"
        case .count(let count): " = \(count) bytes"
        case .status(let key): " = inode \(key.inode), modified at \(key.modified)"
        case .names(let names): " = [\(names.map(name).joined(separator: ", "))]"
        case .flag(let value): " = \(value)"
        case .time(let tick): " = \(tick)"
        case .liveness(let isAlive): isAlive ? " = alive" : " = gone"
        case .processes(let list): " = \(list)"
        case .agent(let isUp, let run): " = \(isUp ? "up" : "failed"), run \(run)"
        case .fleet(let agents): " = [\(agents.map { "\($0.condition), run \($0.run)" }.joined(separator: "; "))]"
        case .owed(let bits): " = owed \(String(bits, radix: 2))"
        }
    }
}
