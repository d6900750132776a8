/// What one contender does next after every sequence of answers that it ever got.
///
/// The guard's code is deterministic: its next call is a function of the answers so far. So each such history is run
/// on the real code once, from its beginning, and remembered; two states in which a contender has the same history
/// are the same for it. No threads are needed for exploring all interleavings: the schedule decides which answers a
/// contender gets, and the code says what it asks then.
final class CallTree {
    private struct Node {
        var call: SeamCall
        var parent: Int32
        var answer: SeamAnswer
        var children: [(answer: SeamAnswer, node: Int32)] = []
    }

    private var nodes: [Node] = []
    /// Histories that ended in the same knowledge at the same place of the script go on as one.
    private var checkpoints: [Seam.Checkpoint: Int32] = [:]
    private let contender: Contender
    private let index: Int
    private let vocabulary: Vocabulary
    private let isPathMode: Bool

    init(_ contender: Contender, index: Int, vocabulary: Vocabulary, isPathMode: Bool) {
        self.contender = contender
        self.index = index
        self.vocabulary = vocabulary
        self.isPathMode = isPathMode
        nodes = [Node(call: run(calls: [], answers: []).call, parent: -1, answer: .none)]
    }

    var count: Int { nodes.count }

    func call(_ node: Int32) -> SeamCall { nodes[Int(node)].call }

    func node(after node: Int32, _ answer: SeamAnswer) -> Int32 {
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
        let (call, checkpoint) = run(calls: calls.reversed(), answers: answers.reversed())
        if let checkpoint, let same = checkpoints[checkpoint] {
            precondition(self.call(same) == call, "a checkpoint forgets what the code remembers")
            nodes[Int(node)].children.append((answer, same))
            return same
        }
        let new = Int32(nodes.count)
        if let checkpoint { checkpoints[checkpoint] = new }
        nodes.append(Node(call: call, parent: node, answer: answer))
        nodes[Int(node)].children.append((answer, new))
        return new
    }

    private func run(calls: [SeamCall], answers: [SeamAnswer]) -> (call: SeamCall, checkpoint: Seam.Checkpoint?) {
        let seam = Seam(
            vocabulary: vocabulary, index: index, isPathMode: isPathMode, calls: calls, answers: answers)
        return (contender.next(after: seam), seam.checkpoint)
    }
}
