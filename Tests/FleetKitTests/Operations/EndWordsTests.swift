import Testing

@testable import FleetKit

@Suite("Why a run ended, in words")
struct EndWordsTests {
    @Test(
        arguments: [
            ("exit-code", 1, 1, "exit-code 1"), ("exit-code", 1, 42, "exit-code 42"),
            ("exit-code", 1, 137, "exit-code 137 (ended by signal 9, SIGKILL)"),
            ("exit-code", 1, 139, "exit-code 139 (ended by signal 11, SIGSEGV)"),
            ("exit-code", 1, 162, "exit-code 162 (ended by signal 34)"), ("exit-code", 1, 128, "exit-code 128"),
            ("exit-code", 1, 127, "exit-code 127 (there is no such command)"),
            ("exit-code", 1, 126, "exit-code 126 (the command cannot be executed)"),
            ("exit-code", 1, 203, "exit-code 203 (systemd could not execute it)"),
            ("exit-code", 1, 255, "exit-code 255"), ("exit-code", 1, -1, "exit-code -1"),
            ("signal", 2, 9, "killed by signal 9"), ("oom-kill", 2, 9, "out of memory: the kernel ended it"),
            ("resources", 0, 0, "systemd could not set it up (a missing environment_file, or a limit)"),
        ] as [(String, Int32, Int32, String)])
    func words(result: String, code: Int32, status: Int32, words: String) throws {
        let state = UnitState(
            name: try UnitName("a.service"), result: result, mainExit: .init(code: code, status: status))
        #expect(OutcomeWords().reason(result: result, state: state) == words)
    }
}
