import Testing

@testable import FleetKit

@Suite("Why a run ended, in words")
struct EndWordsTests {
    @Test(
        arguments: [
            ("exit-code", 1, 1, "exit status 1"), ("exit-code", 1, 42, "exit status 42"),
            ("exit-code", 1, 137, "exit status 137 (killed by SIGKILL)"),
            ("exit-code", 1, 139, "exit status 139 (killed by SIGSEGV)"),
            ("exit-code", 1, 162, "exit status 162 (killed by signal 34)"), ("exit-code", 1, 128, "exit status 128"),
            ("exit-code", 1, 127, "exit status 127 (there is no such command)"),
            ("exit-code", 1, 126, "exit status 126 (the command cannot be executed)"),
            ("exit-code", 1, 203, "exit status 203 (systemd could not execute it)"),
            ("exit-code", 1, 255, "exit status 255"), ("exit-code", 1, -1, "exit status -1"),
            ("signal", 2, 9, "killed by SIGKILL"), ("oom-kill", 2, 9, "out of memory: the kernel ended it"),
            ("resources", 0, 0, "systemd could not set it up (a missing environment_file, or a limit)"),
        ] as [(String, Int32, Int32, String)])
    func words(result: String, code: Int32, status: Int32, words: String) throws {
        let state = UnitState(
            name: try UnitName("a.service"), result: result, mainExit: .init(code: code, status: status))
        #expect(OutcomeWords().reason(result: result, state: state) == words)
    }

    /// What the main process said of the end explains the number, and is not said twice.
    @Test(
        arguments: [
            (127, "failed", "'x' not found in PATH=/bin", "exit status 127 ('x' not found in PATH=/bin)"),
            (200, "failed", "directory /x does not exist", "exit status 200 (directory /x does not exist)"),
            (137, "failed", "killed by SIGKILL", "exit status 137 (killed by SIGKILL)"),
            (
                137, "failed", "out of memory: killed by the kernel (SIGKILL)",
                "exit status 137 (out of memory: killed by the kernel (SIGKILL))"
            ),
            (42, "failed", "exit status 42", "exit status 42"),
            (7, "failed", "stopped: exit status 7", "exit status 7"),
            (1, "failed", "its session was killed in tmux", "exit status 1 (its session was killed in tmux)"),
            (1, "activating", "a\u{1B}[31m", "exit status 1 (a\\u{1b}[31m)"),
            (1, "active", "runs", "exit status 1"), (127, "failed", "", "exit status 127 (there is no such command)"),
        ] as [(Int32, String, String, String)])
    func itsOwnWords(status: Int32, activeState: String, said: String, words: String) throws {
        var state = UnitState(
            name: try UnitName("a.service"), activeState: activeState, result: "exit-code",
            mainExit: .init(code: 1, status: status))
        state.statusText = said
        #expect(OutcomeWords().reason(result: "exit-code", state: state) == words)
    }
}
