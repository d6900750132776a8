internal import FleetGuard
internal import FleetKit
internal import Testing

/// Sentences of the argument parser, as this version writes them.
@Suite("The words of a wrong command line") struct UsageWordsTests {
    private static let help = "mosaic fleet restart --help"

    @Test(
        "The parser's sentences are said once, in lower case and without a full stop",
        arguments: [
            ("Unknown option '--jsn'", "unknown option '--jsn'"),
            ("Unexpected argument 'x'", "unexpected argument 'x'"),
            ("2 unexpected arguments: 'x', 'y'", "2 unexpected arguments: 'x', 'y'"),
            ("Missing expected argument '<agent>'", "missing argument '<agent>'"),
            ("Missing one of: 'a', 'b'", "missing one of: 'a', 'b'"),
            ("Missing value for '--reason <text>'", "missing value for '--reason <text>'"),
            (
                "Missing value for '--deadline <dur>'",
                "missing value for '--deadline <dur>': '-1s' is read as an option"
            ),
            (
                "The value '0' is invalid for '--rolling <n>': '0' is not a number of agents from 1 to 1000",
                "--rolling: '0' is not a number of agents from 1 to 1000"
            ),
            ("The value 'x' is invalid for '-n <count>'", "-n: 'x' is not a number"),
            ("The value 'a' is invalid for '<state>'", "<state>: 'a' is not a number"),
            (
                "The option '--json' does not take any value, but '3' was specified.",
                "--json takes no value, but '3' was given"
            ),
            (
                "Value to be set with flag '--system' had already been set with flag '--user'",
                "--user and --system cannot be combined"
            ),
            ("Value to be set with flag '--user' had already been set with flag '--user'", "--user was given twice"),
            (
                "Unknown option '-nx'\n   or: Missing value for '-n <count>' in '-nx'",
                "unknown option '-nx'"
            ),
            ("--max-parallel must be at least 1", "--max-parallel must be at least 1"),
            ("", ""), ("Unknown option '", "unknown option '"), ("The value '", "the value '"),
        ])
    func once(_ sentence: String, _ message: String) {
        let error = UsageWords.error(sentence, line: ["restart", "--deadline", "-1s"], helpCommand: Self.help)
        #expect(error.code == .usage && error.message == message)
        #expect(error.hint == "see '\(Self.help)'")
    }

    @Test(
        "What can be typed instead is the hint",
        arguments: [
            ("Unknown option '--jso'. Did you mean '--json'?", "unknown option '--jso'", "did you mean '--json'?"),
            (
                "The value 'x' is invalid for '--on-timeout <what>'. Please provide one of 'break' and 'fail'.",
                "--on-timeout: unknown value 'x'", "use 'break' or 'fail';"
            ),
            (
                "The value 'x' is invalid for '<state>'. Please provide one of 'busy', 'waiting' or 'idle'.",
                "<state>: unknown value 'x'", "use 'busy', 'waiting' or 'idle';"
            ),
        ])
    func hint(_ sentence: String, _ message: String, _ hint: String) {
        let error = UsageWords.error(sentence, line: [], helpCommand: Self.help)
        #expect(error.message == message && error.hint == "\(hint) see '\(Self.help)'")
    }

    @Test("A hostile word stays on one line, without control characters")
    func hostile() {
        let word = "\u{1B}[2J' is invalid for '\n"
        for sentence in ["Unknown option '\(word)'", "The value '\(word)' is invalid for '--rolling <n>'", word] {
            let error = UsageWords.error(sentence, line: [word], helpCommand: Self.help)
            #expect(!error.message.contains { $0 == "\n" || $0 == "\u{1B}" } && !error.hint.contains("\u{1B}"))
        }
    }
}
