/// The parser's completion scripts, with what it does not know of: plug-in commands, which the program itself lists, and
/// the command line of another program after `lock run … --`.
///
/// Each text that is replaced has to be where it is today, and as often: a new version of the parser that writes another
/// script makes `make manual` and the tests fail, with the text that is missing.
struct CompletionScript {
    struct Change {
        /// The first line of the shell function that is changed, which there is once; nil: the whole script.
        var function: String?
        /// What is replaced in it.
        var anchor: String
        /// How often it is there.
        var times = 1
        var replacement: String
    }

    /// Functions and variables of the script that the replacements use.
    var needs: [String]
    /// Made one after the other.
    var changes: [Change]
    /// Follows the parser's script.
    var end = ""

    /// - Parameter generated: by the parser.
    /// - Throws: when the script is not as expected.
    func applied(to generated: String) throws -> String {
        for name in needs where !generated.contains(name) { throw Self.unexpected(name, found: 0, times: nil) }
        return try changes.reduce(generated) { try $1.applied(to: $0) } + end
    }

    fileprivate static func unexpected(_ text: String, found: Int, times: Int?) -> PartError {
        PartError(
            description:
                "the parser writes another completion script now: \(text.debugDescription) is there \(found) times"
                + (times.map { ", not \($0)" } ?? "") + "; adapt FleetManual/CompletionScript.swift")
    }

    /// Prints the plug-ins' names, one in a line; all of them `[A-Za-z0-9_-]`.
    private static let question = "fleet ---plugins 2>/dev/null"

    /// The parser has the text of `--join` for `--no-join`, too.
    private static let join = "Skip units restarted meanwhile."
    private static let noJoin = "Restart everything, even units restarted meanwhile."

    private static let fleet = "\n_mosaic_fleet() {\n"
    private static let lockRun = "\n_mosaic_fleet_lock_run() {\n"

    private static var bash: Self {
        let offer = "        COMPREPLY+=($(compgen -W '"
        // What is completed behind a word that is no command: what the plug-in's own script says, or files.
        let files = """
                    if ((${#unparsed_words[@]})); then
                        __mosaic_complete_plugin || __mosaic_add_completions -f
                        return
                    fi

            """
        let plugin = #"""

            # As if `mosaic-fleet-NAME …` were typed instead of `mosaic fleet NAME …`.
            __mosaic_complete_plugin() {
                local -i place
                for ((place = 1; place < COMP_CWORD; place++)); do
                    [[ ${COMP_WORDS[place]} == fleet ]] && break
                done
                local name=${COMP_WORDS[place + 1]-}
                [[ $name =~ ^[A-Za-z0-9_-]+$ ]] && ((place + 1 < COMP_CWORD)) || return 1
                local command=mosaic-fleet-$name
                complete -p "$command" &>/dev/null || {
                    declare -F _comp_load &>/dev/null && _comp_load "$command" &>/dev/null
                    declare -F __load_completion &>/dev/null && __load_completion "$command" &>/dev/null
                }
                local words
                words=$(complete -p "$command" 2>/dev/null) || return 1
                [[ $words =~ " -F "([^ ]+) ]] || return 1
                COMP_WORDS=("$command" "${COMP_WORDS[@]:place + 2}")
                COMP_CWORD=$((COMP_CWORD - place - 1))
                COMP_LINE="${COMP_WORDS[*]}"
                COMP_POINT=${#COMP_LINE}
                "${BASH_REMATCH[1]}" "$command" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            }

            """#
        // Behind `--` the line is another program's. bash-completion from 2.12 on has the function under a new name.
        let command = """
                local -i place
                for ((place = 1; place < COMP_CWORD; place++)); do
                    [[ ${COMP_WORDS[place]} == -- ]] || continue
                    if declare -F _comp_command_offset >/dev/null; then
                        _comp_command_offset $((place + 1))
                    elif declare -F _command_offset >/dev/null; then
                        _command_offset $((place + 1))
                    elif ((COMP_CWORD == place + 1)); then
                        COMPREPLY=($(compgen -c -- "${COMP_WORDS[COMP_CWORD]}"))
                    else
                        COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
                    fi
                    return
                done

            """
        return Self(
            needs: ["\n__mosaic_add_completions() {\n", " unparsed_words=("],
            changes: [
                Change(function: fleet, anchor: offer, replacement: files + offer),
                Change(
                    function: fleet, anchor: "' -- \"${cur}\"))\n",
                    replacement: "'\" $(\"${COMP_WORDS[0]}\" \(question))\" -- \"${cur}\"))\n"),
                Change(anchor: lockRun, replacement: lockRun + command),
                Change(anchor: fleet, replacement: plugin + fleet),
            ])
    }

    private static var zsh: Self {
        let offer = "        _describe -V subcommand subcommands && ret=0\n"
        let plugins = """
                    local -a plugins=(${(f)"$("${command_name}" \(question))"})
                    ((${#plugins})) && _describe -V plug-in plugins && ret=0

            """
        // Behind a plug-in's name: as if `mosaic-fleet-NAME …` were typed instead of `mosaic fleet NAME …`.
        let files = """
                    *)
                        local plugin="mosaic-fleet-${words[1]}"
                        if ((${+_comps[$plugin]})); then
                            words[1]=$plugin
                            _normal && ret=0
                        else
                            _files && ret=0
                        fi
                        ;;
                    esac

            """
        let command = """
                local -i place=${words[(i)--]}
                if ((place < CURRENT)); then
                    words=("${(@)words[place + 1,-1]}")
                    ((CURRENT -= place))
                    _normal
                    return
                fi

            """
        return Self(
            needs: ["local -r command_name="],
            changes: [
                Change(function: fleet, anchor: offer, replacement: offer + plugins),
                Change(function: fleet, anchor: "        esac\n", replacement: files),
                Change(anchor: lockRun, replacement: lockRun + command),
                Change(anchor: "'--no-join[\(join)]'", replacement: "'--no-join[\(noJoin)]'"),
            ])
    }

    private static func fish(_ commands: Int) -> Self {
        let condition = "-n '__mosaic_should_offer_completions_for_positional \"mosaic fleet\" -eq 1' -fa '"
        // Behind a plug-in's name its own words are offered, not the commands of this program.
        let guarded = condition.replacing("-n '", with: "-n 'not __mosaic_plugin; and ")
        return Self(
            needs: ["\nfunction __mosaic_custom_completion"],
            changes: [
                Change(anchor: condition, times: commands, replacement: guarded),
                Change(anchor: "-l 'no-join' -d '\(join)'", replacement: "-l 'no-join' -d '\(noJoin)'"),
            ],
            end: "complete -c 'mosaic' \(guarded)(__mosaic_custom_completion fleet ---plugins)' -d 'Plug-in.'\n"
                + """

                function __mosaic_command_after_terminator
                    set -l tokens (commandline -opc)
                    set -l place (contains -i -- -- $tokens); or return 1
                    string match -q -- '* fleet *lock run *' "$tokens "; or return 1
                    set -l words
                    if test $place -lt (count $tokens)
                        set words (string escape -- $tokens[(math $place + 1)..-1])
                    end
                    complete -C (string join ' ' -- $words (commandline -ct))
                end
                complete -c 'mosaic' -n '__mosaic_command_after_terminator >/dev/null' -fka '(__mosaic_command_after_terminator)'

                # As if `mosaic-fleet-NAME …` were typed instead of `mosaic fleet NAME …`.
                function __mosaic_plugin
                    set -l tokens (commandline -opc)
                    set -l place (contains -i -- fleet $tokens); or return 1
                    test (count $tokens) -gt $place; and type -q mosaic-fleet-$tokens[(math $place + 1)]
                end
                function __mosaic_plugin_words
                    set -l tokens (commandline -opc)
                    set -l place (math (contains -i -- fleet $tokens) + 1)
                    set -l words
                    if test (count $tokens) -gt $place
                        set words (string escape -- $tokens[(math $place + 1)..-1])
                    end
                    complete -C (string join ' ' -- mosaic-fleet-$tokens[$place] $words (commandline -ct))
                end
                complete -c 'mosaic' -n '__mosaic_plugin' -fka '(__mosaic_plugin_words)'

                """)
    }
}

extension CompletionScript {
    /// - Parameter commands: how many commands of `mosaic fleet` the script offers.
    /// - Throws: for another shell.
    init(_ shell: String, commands: Int) throws {
        switch shell {
        case "bash": self = Self.bash
        case "zsh": self = Self.zsh
        case "fish": self = Self.fish(commands)
        default: throw PartError(description: "no completion of plug-ins for \(shell)")
        }
    }
}

extension CompletionScript.Change {
    /// - Throws: when the anchor is not there as often as it has to be.
    func applied(to script: String) throws -> String {
        var range = script.startIndex..<script.endIndex
        if let function {
            let starts = script.ranges(of: function)
            guard starts.count == 1, let end = script[starts[0].upperBound...].firstRange(of: "\n}\n") else {
                throw CompletionScript.unexpected(function, found: starts.count, times: 1)
            }
            range = starts[0].lowerBound..<end.upperBound
        }
        let found = script[range].ranges(of: anchor).count
        guard found == times else { throw CompletionScript.unexpected(anchor, found: found, times: times) }
        var changed = script
        changed.replaceSubrange(range, with: script[range].replacing(anchor, with: replacement))
        return changed
    }
}
