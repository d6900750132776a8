internal import FleetGuard

/// Explores every order in which the contenders of one scenario can make their calls, with crashes and freezes.
///
/// The search is depth first over explicit states. A state that was seen before is not explored again: the world and
/// every contender's history are the same, so everything that can follow is the same.
package final class Explorer {
    package let scenario: Scenario
    let vocabulary = Vocabulary()
    let trees: [CallTree]
    private let epilogue: CallTree
    private var initial: SearchState
    private let firstContender: Int

    private var seen = StateTable()
    private var clean: Set<Digest> = []
    private var endFingerprint: UInt64 = 0
    package private(set) var transitions = 0
    package private(set) var endings = 0
    package private(set) var joins = 0

    /// Nobody needs that much time; whoever does waits for ever.
    private static let longestTime: Int32 = 24

    package init(_ scenario: Scenario) {
        self.scenario = scenario
        firstContender = scenario.before.count
        var trees: [CallTree] = []
        for (index, script) in (scenario.before + scenario.contenders).enumerated() {
            trees.append(
                CallTree(
                    Contender(script: script, bug: index < scenario.before.count ? nil : scenario.bug), index: index,
                    vocabulary: vocabulary, isPathMode: scenario.isPathMode,
                    agents: scenario.fleet.agents.count, forgets: !scenario.isUnreduced && !scenario.remembersAll))
        }
        self.trees = trees
        epilogue = CallTree(
            Contender(script: [.acquire(.patient), .act, .release], bug: nil), index: trees.count,
            vocabulary: vocabulary, isPathMode: scenario.isPathMode, agents: 0, forgets: true)
        let setup = WorldSetup(
            isPathMode: scenario.isPathMode, inheritsDescriptors: scenario.inheritsDescriptors,
            hasFaults: scenario.hasFaults, listsAll: scenario.bug != nil || scenario.isUnreduced,
            hasFixedRecords: !scenario.contenders.contains { $0.contains(where: \.writesRecord) },
            isSlow: scenario.isSlow,
            patience: scenario.before.map { _ in nil } + scenario.contenders.map(Self.patience(of:)),
            checks: scenario.checks)
        var world = SimulatedKernel(vocabulary: vocabulary, setup: setup)
        world.agentIsUp = scenario.agentIsUp
        world.fleet = scenario.fleet
        world.processes = Array(repeating: .init(), count: trees.count)
        initial = SearchState(
            world: world, nodes: Array(repeating: 0, count: trees.count), preemptions: 0, crashes: scenario.crashes,
            freezes: scenario.freezes)
        for index in 0..<firstContender { runBefore(index) }
        // After the preamble, which would take it away.
        if let garbage = scenario.garbage {
            let inode = initial.world.makeInode(content: vocabulary.number(ofContent: Array(garbage.utf8)), by: -1)
            initial.world.addName(vocabulary.lock, inode, by: -1)
        }
        initial.world.wasDisturbed = false
        initial.world.setup.hasMutex = !scenario.isPathMode && initial.world.inode(at: vocabulary.mutex) != nil
        for index in firstContender..<trees.count { arrive(index, &initial) }
        for index in initial.world.processes.indices { initial.world.processes[index].sawChange = true }
    }

    package var historiesRun: Int { trees.reduce(epilogue.runs) { $0 + $1.runs } }

    /// A preamble runs alone until its script ends; its `work` stands for "dies here".
    private func runBefore(_ index: Int) {
        while true {
            let call = trees[index].call(initial.nodes[index])
            if case .mark(.work) = call { break }
            apply(.step(index), to: &initial)
            if !initial.world.processes[index].isAlive { return }
        }
        while initial.world.processes[index].isAlive { initial.world.die(index) }
        initial.nodes[index] = -1
    }

    // MARK: - The search

    /// - Parameter limit: gives up after so many states; the report says so.
    package func run(limit: Int = .max) -> ExplorationReport {
        let clock = ContinuousClock()
        let start = clock.now
        seen = StateTable()
        clean.removeAll()
        endFingerprint = 0
        seen.open(initial.key)
        var stack: [Frame] = [frame(initial)]
        var failure: ScheduleFailure?
        search: while let top = stack.indices.last {
            guard stack[top].next < stack[top].choices.count else {
                let schedules = stack[top].schedules
                seen.close(stack[top].key, schedules: schedules)
                stack.removeLast()
                if top > 0 { stack[top - 1].schedules += schedules }
                continue
            }
            let choice = stack[top].choices[stack[top].next]
            stack[top].next += 1
            var state = stack[top].state
            apply(choice, to: &state)
            transitions += 1
            if state.world.violation == nil, isOver(state) { finish(&state) }
            let key = state.key
            let known = seen[key]
            if case .open = known { state.world.broken(.progress, "they go round in a circle, and nobody gets on") }
            if let violation = state.world.violation {
                let choices = stack.map { $0.choices[$0.next - 1] }
                failure = ScheduleFailure(violation: violation, schedule: ScheduleString.encode(choices))
                break search
            }
            if case .done(let schedules) = known {
                stack[top].schedules += schedules
                continue
            }
            if seen.count >= limit { break search }
            seen.open(key)
            stack.append(frame(state, key: key))
        }
        var schedules = 0.0
        if case .done(let all) = seen[initial.key] { schedules = all }
        return ExplorationReport(
            scenario: scenario, states: seen.count, transitions: transitions, schedules: schedules,
            endings: endings, endStates: clean.count,
            endStatesDigest: endFingerprint, joins: joins, histories: historiesRun,
            seconds: (clock.now - start).inSeconds,
            isComplete: failure == nil && stack.isEmpty, failure: failure)
    }

    private struct Frame {
        var state: SearchState
        var key: Digest
        var choices: [Choice]
        var next = 0
        var schedules: Double
    }

    private func frame(_ state: SearchState, key: Digest? = nil) -> Frame {
        let choices = choices(in: state)
        return Frame(state: state, key: key ?? state.key, choices: choices, schedules: choices.isEmpty ? 1 : 0)
    }

    // MARK: - Steps

    func call(of contender: Int, in state: SearchState) -> SeamCall { trees[contender].call(state.nodes[contender]) }

    func choices(in state: SearchState) -> [Choice] {
        let world = state.world
        if let local = localStep(in: state) { return [.step(local)] }
        var steps: [Int] = []
        var deaths: [Choice] = []
        var others: [Choice] = []
        for index in world.processes.indices {
            switch world.processes[index].phase {
            case .dead, .exited: continue
            case .closing, .lastGasp: others.append(.die(index))
            case .doomed:
                others.append(.die(index))
                if world.isEnabled(call(of: index, in: state), by: index) { steps.append(index) }
            case .alive:
                if world.isEnabled(call(of: index, in: state), by: index) { steps.append(index) }
                if state.crashes > 0 { deaths.append(.die(index)) }
            }
        }
        for (index, child) in world.children.enumerated() {
            guard let child, !child.stays || child.isDoomed else { continue }
            others.append(.child(index))
        }
        for index in world.fleet.agents.indices where world.fleet.isBusy(index) { others.append(.job(index)) }
        var result: [Choice] = []
        let canGoOn = steps.contains(state.last)
        if canGoOn { result.append(.step(state.last)) }
        let maySwitch = !canGoOn || scenario.preemptions.map { state.preemptions < $0 } ?? true
        if maySwitch { result += steps.filter { $0 != state.last }.map { .step($0) } }
        result += others
        if result.isEmpty {
            if world.processes.contains(where: \.isAlive) { result.append(.tick) }
        } else if state.freezes > 0, !steps.isEmpty, !world.isAnybodyDying, isAnybodyWaiting(state, steps),
            // An agent that falls does so within the time for which it is watched.
            !world.fleet.agents.indices.contains(where: world.fleet.isAboutToFall)
        {
            result.append(.tick)
        }
        return result + deaths
    }

    /// A freeze is told from slowness by somebody who waits meanwhile.
    private func isAnybodyWaiting(_ state: SearchState, _ steps: [Int]) -> Bool {
        state.world.processes.indices.contains { state.world.processes[$0].phase == .alive && !steps.contains($0) }
    }

    func apply(_ choice: Choice, to state: inout SearchState) {
        switch choice {
        case .step(let index):
            if scenario.preemptions != nil {
                if state.last != index, state.last >= 0, state.world.processes[state.last].phase == .alive,
                    state.world.isEnabled(call(of: state.last, in: state), by: state.last)
                {
                    state.preemptions += 1
                }
                state.last = index
            }
            if call(of: index, in: state) == .mark(.joined) { joins += 1 }
            let wasDoomed = state.world.processes[index].phase == .doomed
            let answer = state.world.perform(call(of: index, in: state), by: index)
            if state.world.processes[index].isAlive {
                var alone = state.world
                state.nodes[index] = trees[index].node(after: state.nodes[index], answer) { call in
                    wasDoomed ? nil : Self.answer(call, by: index, in: &alone)
                }
                arrive(index, &state)
                if wasDoomed { state.world.processes[index].phase = .lastGasp }
            } else {
                state.nodes[index] = -1
            }
        case .die(let index):
            if state.world.processes[index].phase == .alive { state.crashes -= 1 }
            state.world.die(index)
            if !state.world.processes[index].isAlive { state.nodes[index] = -1 }
        case .child(let index): state.world.stepChild(index)
        case .job(let index): state.world.fleet.goOn(index)
        case .tick:
            let ready = ready(in: state)
            if !ready.isEmpty {
                state.freezes -= 1
                for index in ready { state.world.freeze(index) }
                state.world.wasDisturbed = true
            } else {
                state.world.checkForcedWait(waiters: waiters(in: state))
            }
            state.world.pass()
            if state.world.tick > Self.longestTime {
                state.world.broken(.progress, "nobody gets on any more, however much time passes")
            }
        }
    }

    /// What a contender is answered that goes on while nobody else does anything; nil where it would have to wait.
    private static func answer(_ call: SeamCall, by index: Int, in world: inout SimulatedKernel) -> SeamAnswer? {
        world.processes[index].waitsSince = call.isWait ? world.tick : -1
        guard world.isEnabled(call, by: index) else { return nil }
        let answer = world.perform(call, by: index)
        return world.processes[index].isAlive ? answer : nil
    }

    /// A contender has come to its next call.
    private func arrive(_ index: Int, _ state: inout SearchState) {
        state.world.processes[index].waitsSince = call(of: index, in: state).isWait ? state.world.tick : -1
    }

    private func ready(in state: SearchState) -> [Int] {
        state.world.processes.indices.filter { index in
            state.world.processes[index].isAlive && state.world.isEnabled(call(of: index, in: state), by: index)
        }
    }

    private func waiters(in state: SearchState) -> [Int] {
        state.world.processes.indices.filter { index in
            guard state.world.processes[index].phase == .alive else { return false }
            switch call(of: index, in: state) {
            case .wait, .sleep: return true
            default: return false
            }
        }
    }

    /// After how many ticks the contender evicts an owner that makes progress; nil where a break, or an owner without
    /// progress, may be the reason as well.
    private static func patience(of script: [ScriptStep]) -> Int32? {
        guard !script.contains(.breakLock), !script.contains(.breakByToken) else { return nil }
        var patience: Int32?
        for step in script {
            switch step {
            case .acquirePlanned(.pushy, plan: _): patience = 1
            case .acquirePlanned(.impatient, plan: _): patience = 2
            case .acquire, .acquireRun, .acquirePlanned, .restart, .roll: return nil
            default: break
            }
        }
        return patience
    }

    // MARK: - The end of a schedule

    /// Everybody is gone, or hangs for ever with nobody left to end it.
    func isOver(_ state: SearchState) -> Bool {
        guard !state.world.children.contains(where: { $0.map { !$0.stays || $0.isDoomed } ?? false }) else {
            return false
        }
        guard !state.world.fleet.agents.indices.contains(where: state.world.fleet.isBusy) else { return false }
        return state.world.processes.indices.allSatisfy { index in
            !state.world.processes[index].isAlive
                || (state.world.processes[index].phase == .alive && call(of: index, in: state) == .mark(.hang))
        }
    }

    /// Runs one more acquire and release in the world that is left, which must then be empty.
    func finish(_ state: inout SearchState) {
        for index in state.world.processes.indices {
            while state.world.processes[index].isAlive { state.world.die(index) }
            state.nodes[index] = -1
        }
        endings += 1
        state.world.blankStagedFiles()
        let key = state.world.digest(nodes: state.nodes)
        guard !clean.contains(key) else { return }
        var world = state.world
        let mayWait =
            scenario.isPathMode
            && world.names.contains { $0.name == vocabulary.mutex || vocabulary.isClaim($0.name) }
        world.processes.append(.init())
        let me = world.processes.count - 1
        var node: Int32 = 0
        while world.processes[me].isAlive, world.violation == nil {
            let call = epilogue.call(node)
            if world.isEnabled(call, by: me) {
                let answer = world.perform(call, by: me)
                if world.processes[me].isAlive {
                    var alone = world
                    node = epilogue.node(after: node, answer) { Self.answer($0, by: me, in: &alone) }
                }
                world.processes[me].waitsSince = epilogue.call(node).isWait ? world.tick : -1
            } else {
                if !mayWait { world.broken(.recovery, "all are dead, and the next one waits for a clock") }
                world.pass()
                if world.tick > Self.longestTime * 2 { world.broken(.progress, "nobody can ever acquire again") }
                if world.tick > Self.longestTime * 3 { break }
            }
        }
        world.checkNothingIsLeft()
        state.world.violation = world.violation
        if world.violation == nil {
            clean.insert(key)
            endFingerprint &+= state.world.fingerprint
        }
    }

    var start: SearchState { initial }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
