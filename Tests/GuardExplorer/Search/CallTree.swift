/// What one contender does next after every sequence of answers that it ever got.
///
/// The guard's code is deterministic: its next call is a function of the answers so far. So each such history is run
/// on the real code, from its beginning, and remembered; two states in which a contender has the same history are the
/// same for it. No threads are needed for exploring all interleavings: the schedule decides which answers a contender
/// gets, and the code says what it asks then.
final class CallTree {
    private struct Node {
        var call: SeamCall
        var parent: Int32
        var answer: SeamAnswer
        var children: [(answer: SeamAnswer, node: Int32)] = []
    }

    private var nodes: [Node] = []
    /// Histories that left the same memory go on as one.
    private var met: [Digest: Int32] = [:]
    private let contender: Contender
    private let index: Int
    private let vocabulary: Vocabulary
    private let isPathMode: Bool
    private let agents: Int
    private let forgets: Bool
    /// How often the real code was run.
    private(set) var runs = 0

    /// - Parameter forgets: histories may meet again.
    init(
        _ contender: Contender, index: Int, vocabulary: Vocabulary, isPathMode: Bool, agents: Int, forgets: Bool
    ) {
        self.contender = contender
        self.index = index
        self.vocabulary = vocabulary
        self.isPathMode = isPathMode
        self.agents = agents
        self.forgets = forgets && contender.bug == nil
        let first = run(calls: [], answers: []) { _ in nil }
        nodes = [Node(call: first[0].call, parent: -1, answer: .none)]
    }

    func call(_ node: Int32) -> SeamCall { nodes[Int(node)].call }

    /// - Parameter guess: what the contender's following calls would be answered if it went on alone, so that one run
    ///   of the code shows many calls. nil: not to be guessed.
    func node(after node: Int32, _ answer: SeamAnswer, guess: (SeamCall) -> SeamAnswer?) -> Int32 {
        for child in nodes[Int(node)].children where child.answer == answer { return child.node }
        var calls: [SeamCall] = []
        var answers = [answer]
        var walk = node
        while true {
            calls.append(nodes[Int(walk)].call)
            if nodes[Int(walk)].parent < 0 { break }
            answers.append(nodes[Int(walk)].answer)
            walk = nodes[Int(walk)].parent
        }
        let found = withoutActuallyEscaping(guess) { guess in
            run(calls: calls.reversed(), answers: answers.reversed(), guess: guess)
        }
        return add(found, after: node, answer)
    }

    private func add(_ found: [Seam.Found], after node: Int32, _ answer: SeamAnswer) -> Int32 {
        var result: Int32 = -1
        var parent = node
        var answer = answer
        for (index, one) in found.enumerated() {
            if let memory = one.memory, let same = met[memory] {
                check(found[index...], against: same)
                nodes[Int(parent)].children.append((answer, same))
                return result < 0 ? same : result
            }
            let new = Int32(nodes.count)
            if let memory = one.memory { met[memory] = new }
            nodes.append(Node(call: one.call, parent: parent, answer: answer))
            nodes[Int(parent)].children.append((answer, new))
            if result < 0 { result = new }
            guard let next = one.answer else { break }
            parent = new
            answer = next
        }
        return result
    }

    /// Two histories that have met must go on alike, as far as both are known.
    private func check(_ found: ArraySlice<Seam.Found>, against node: Int32) {
        var node = node
        for one in found {
            guard call(node) == one.call else {
                // A release build would not print the words of a precondition.
                print("\(one.call) instead of \(call(node)): the code remembers more than Memory knows of")
                preconditionFailure()
            }
            guard let answer = one.answer,
                let next = nodes[Int(node)].children.first(where: { $0.answer == answer })?.node
            else { return }
            node = next
        }
    }

    private func run(
        calls: [SeamCall], answers: [SeamAnswer], guess: @escaping (SeamCall) -> SeamAnswer?
    ) -> [Seam.Found] {
        runs += 1
        let memory = Memory(
            vocabulary, isPathMode: isPathMode, forgets: forgets,
            remembersEvents: contender.script.contains(where: \.isOperation))
        let seam = Seam(
            vocabulary: vocabulary, index: index, isPathMode: isPathMode, agents: agents, bug: contender.bug,
            memory: memory, calls: calls, answers: answers, guess: guess)
        return contender.calls(after: seam)
    }
}
