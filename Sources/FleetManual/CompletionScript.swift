/// The parser's completion scripts, with what it does not know of: plug-in commands, which the program itself lists, and
/// the command line of another program after `lock run … --`.
enum CompletionScript {
    /// Prints the plug-ins' names, one in a line; all of them `[A-Za-z0-9_-]`.
    private static let question = "fleet ---plugins 2>/dev/null"

    /// - Parameter generated: by the parser.
    /// - Throws: when the script is not as expected, because a new version of the parser writes another one.
    static func withPlugins(_ shell: String, _ generated: String) throws -> String {
        switch shell {
        case "bash": try bash(generated)
        case "zsh": try zsh(generated)
        case "fish": try fish(generated)
        default: throw PartError(description: "no completion of plug-ins for \(shell)")
        }
    }

    private static func bash(_ script: String) throws -> String {
        let place = "\n_mosaic_fleet() {\n"
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
        let begun = try replacing(offer, by: files + offer, after: [place, "*)\n"], in: script)
        let listed = try replacing(
            "' -- \"${cur}\"))\n", by: "'\" $(\"${COMP_WORDS[0]}\" \(question))\" -- \"${cur}\"))\n",
            after: [place, files + offer], in: begun)
        // Behind `--` the line is another program's. bash-completion from 2.12 on has the function under a new name.
        let run = "\n_mosaic_fleet_lock_run() {\n"
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
        let whole = try replacing(run, by: run + command, after: [], in: listed)
        return try replacing(place, by: plugin + place, after: [], in: whole)
    }

    private static func zsh(_ script: String) throws -> String {
        let place = "\n_mosaic_fleet() {\n"
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
        let begun = try replacing(offer, by: offer + plugins, after: [place], in: script)
        let listed = try replacing("        esac\n", by: files, after: [place, offer], in: begun)
        let run = "\n_mosaic_fleet_lock_run() {\n"
        let command = """
                local -i place=${words[(i)--]}
                if ((place < CURRENT)); then
                    words=("${(@)words[place + 1,-1]}")
                    ((CURRENT -= place))
                    _normal
                    return
                fi

            """
        return try replacing(run, by: run + command, after: [], in: listed)
    }

    private static func fish(_ script: String) throws -> String {
        let condition = "-n '__mosaic_should_offer_completions_for_positional \"mosaic fleet\" -eq 1' -fa '"
        guard script.contains(condition) else { throw changed(condition) }
        // Behind a plug-in's name its own words are offered, not the commands of this program.
        let guarded = condition.replacing("-n '", with: "-n 'not __mosaic_plugin; and ")
        return script.replacing(condition, with: guarded)
            + "complete -c 'mosaic' \(guarded)(__mosaic_custom_completion fleet ---plugins)' -d 'Plug-in.'\n"
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

                """
    }

    /// Replaces the first `old` that comes after all of these texts, one after the other.
    private static func replacing(
        _ old: String, by new: String, after anchors: [String], in script: String
    ) throws -> String {
        var rest = script[...]
        for anchor in anchors {
            guard let range = rest.firstRange(of: anchor) else { throw changed(anchor) }
            rest = rest[range.upperBound...]
        }
        guard let range = rest.firstRange(of: old) else { throw changed(old) }
        return script[..<range.lowerBound] + new + script[range.upperBound...]
    }

    private static func changed(_ text: String) -> PartError {
        PartError(description: "the parser writes another completion script now: '\(text)' is not there")
    }
}
