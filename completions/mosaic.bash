#!/bin/bash

__mosaic_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__mosaic_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__mosaic_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__mosaic_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

_mosaic() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local -r cur="${2}"
    local -r prev="${3}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(--version -h --help)
    local -a repeating_options=()
    local -a non_repeating_options=()
    __mosaic_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    fleet|help)
        # Offer subcommand argument completions
        "_mosaic_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'fleet help' -- "${cur}"))
        ;;
    esac
}

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

_mosaic_fleet() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __mosaic_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    restart|heal|metrics|start|stop|status|history|logs|peek|send|attach|report|lock|init|add|remove|apply|enable|disable|doctor)
        # Offer subcommand argument completions
        "_mosaic_fleet_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        if ((${#unparsed_words[@]})); then
            __mosaic_complete_plugin || __mosaic_add_completions -f
            return
        fi
        COMPREPLY+=($(compgen -W 'restart heal metrics start stop status history logs peek send attach report lock init add remove apply enable disable doctor'" $("${COMP_WORDS[0]}" fleet ---plugins 2>/dev/null)" -- "${cur}"))
        ;;
    esac
}

_mosaic_fleet_restart() {
    repeating_flags=()
    non_repeating_flags=(--only-failed --only-outdated --no-drain --join --no-join --dry-run --when-idle --no-wait --no-detach --user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--rolling --canary --stable-for --max-parallel --deadline --on-deadline --reason --max-wait --on-timeout --stall-after --evict-grace --mosaic-home --backend --color)
    __mosaic_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--rolling')
        __mosaic_add_completions -W '1'$'\n''2'$'\n''3'$'\n''5'
        return
        ;;
    '--canary')
        __mosaic_add_completions -W "$(__mosaic_custom_complete ---completion fleet restart -- --canary "${COMP_CWORD}" "$(__mosaic_cursor_index_in_current_word)")"
        return
        ;;
    '--stable-for')
        __mosaic_add_completions -W '0'$'\n''2s'$'\n''5s'$'\n''10s'$'\n''30s'
        return
        ;;
    '--max-parallel')
        return
        ;;
    '--deadline')
        __mosaic_add_completions -W '0'$'\n''1m'$'\n''5m'$'\n''10m'$'\n''30m'$'\n''1h'
        return
        ;;
    '--on-deadline')
        __mosaic_add_completions -W 'give-up'$'\n''restart'
        return
        ;;
    '--reason')
        return
        ;;
    '--max-wait')
        __mosaic_add_completions -W '0'$'\n''1m'$'\n''5m'$'\n''10m'$'\n''30m'$'\n''1h'
        return
        ;;
    '--on-timeout')
        __mosaic_add_completions -W 'break'$'\n''fail'
        return
        ;;
    '--stall-after')
        __mosaic_add_completions -W '10s'$'\n''30s'$'\n''1m'$'\n''5m'
        return
        ;;
    '--evict-grace')
        __mosaic_add_completions -W '5s'$'\n''10s'$'\n''30s'$'\n''1m'
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __mosaic_add_completions -W "$(__mosaic_custom_complete ---completion fleet restart -- positional@0 "${COMP_CWORD}" "$(__mosaic_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_mosaic_fleet_heal() {
    repeating_flags=()
    non_repeating_flags=(--dry-run --user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--stable-for --mosaic-home --backend --color)
    __mosaic_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--stable-for')
        __mosaic_add_completions -W '0'$'\n''2s'$'\n''5s'$'\n''10s'$'\n''30s'
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_mosaic_fleet_metrics() {
    repeating_flags=()
    non_repeating_flags=(--user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--output --mosaic-home --backend --color)
    __mosaic_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __mosaic_add_completions -f
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_mosaic_fleet_start() {
    repeating_flags=()
    non_repeating_flags=(--user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--stable-for --max-parallel --mosaic-home --backend --color)
    __mosaic_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--stable-for')
        __mosaic_add_completions -W '0'$'\n''2s'$'\n''5s'$'\n''10s'$'\n''30s'
        return
        ;;
    '--max-parallel')
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __mosaic_add_completions -W "$(__mosaic_custom_complete ---completion fleet start -- positional@0 "${COMP_CWORD}" "$(__mosaic_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_mosaic_fleet_stop() {
    repeating_flags=()
    non_repeating_flags=(--user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--max-parallel --mosaic-home --backend --color)
    __mosaic_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--max-parallel')
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __mosaic_add_completions -W "$(__mosaic_custom_complete ---completion fleet stop -- positional@0 "${COMP_CWORD}" "$(__mosaic_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_mosaic_fleet_status() {
    repeating_flags=()
    non_repeating_flags=(--user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=(--state)
    non_repeating_options=(--watch -o --output --mosaic-home --backend --color)
    __mosaic_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--state')
        __mosaic_add_completions -W 'failed'$'\n''not-found'$'\n''restarting'$'\n''changing'$'\n''inactive'$'\n''active'
        return
        ;;
    '--watch')
        __mosaic_add_completions -W '1s'$'\n''2s'$'\n''5s'$'\n''30s'
        return
        ;;
    '-o'|'--output')
        __mosaic_add_completions -W 'table'$'\n''wide'
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __mosaic_add_completions -W "$(__mosaic_custom_complete ---completion fleet status -- positional@0 "${COMP_CWORD}" "$(__mosaic_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_mosaic_fleet_history() {
    repeating_flags=()
    non_repeating_flags=(--failed --user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--since --agent -n --svg --mosaic-home --backend --color)
    __mosaic_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--since')
        __mosaic_add_completions -W '1h'$'\n''12h'$'\n''today'$'\n''yesterday'$'\n''7d'
        return
        ;;
    '--agent')
        __mosaic_add_completions -W "$(__mosaic_custom_complete ---completion fleet history -- --agent "${COMP_CWORD}" "$(__mosaic_cursor_index_in_current_word)")"
        return
        ;;
    '-n')
        return
        ;;
    '--svg')
        __mosaic_add_completions -f
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __mosaic_add_completions -W "$(__mosaic_custom_complete ---completion fleet history -- positional@0 "${COMP_CWORD}" "$(__mosaic_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_mosaic_fleet_logs() {
    repeating_flags=()
    non_repeating_flags=(--holder --follow -f --user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(-n --lines --since --until -g --grep --mosaic-home --backend --color)
    __mosaic_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-n'|'--lines')
        __mosaic_add_completions -W '10'$'\n''100'$'\n''1000'
        return
        ;;
    '--since')
        return
        ;;
    '--until')
        return
        ;;
    '-g'|'--grep')
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __mosaic_add_completions -W "$(__mosaic_custom_complete ---completion fleet logs -- positional@0 "${COMP_CWORD}" "$(__mosaic_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_mosaic_fleet_peek() {
    repeating_flags=()
    non_repeating_flags=(--follow -f --user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(-n --lines --mosaic-home --backend --color)
    __mosaic_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '-n'|'--lines')
        __mosaic_add_completions -W '100'$'\n''1000'
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __mosaic_add_completions -W "$(__mosaic_custom_complete ---completion fleet peek -- positional@0 "${COMP_CWORD}" "$(__mosaic_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_mosaic_fleet_send() {
    repeating_flags=()
    non_repeating_flags=(--enter --keys --when-idle --user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--deadline --mosaic-home --backend --color)
    __mosaic_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--deadline')
        __mosaic_add_completions -W '0'$'\n''1m'$'\n''5m'$'\n''10m'$'\n''30m'$'\n''1h'
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __mosaic_add_completions -W "$(__mosaic_custom_complete ---completion fleet send -- positional@0 "${COMP_CWORD}" "$(__mosaic_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_mosaic_fleet_attach() {
    repeating_flags=()
    non_repeating_flags=(--user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--mosaic-home --backend --color)
    __mosaic_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __mosaic_add_completions -W "$(__mosaic_custom_complete ---completion fleet attach -- positional@0 "${COMP_CWORD}" "$(__mosaic_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_mosaic_fleet_report() {
    repeating_flags=()
    non_repeating_flags=(--user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--note --mosaic-home --backend --color)
    __mosaic_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--note')
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __mosaic_add_completions -W 'busy'$'\n''waiting'$'\n''idle'
        return
        ;;
    esac
}

_mosaic_fleet_lock() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __mosaic_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    inspect|break|run)
        # Offer subcommand argument completions
        "_mosaic_fleet_lock_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'inspect break run' -- "${cur}"))
        ;;
    esac
}

_mosaic_fleet_lock_inspect() {
    repeating_flags=()
    non_repeating_flags=(--user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--mosaic-home --backend --color)
    __mosaic_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_mosaic_fleet_lock_break() {
    repeating_flags=()
    non_repeating_flags=(--yes --force --user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--token --mosaic-home --backend --color)
    __mosaic_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--token')
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_mosaic_fleet_lock_run() {
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
    repeating_flags=()
    non_repeating_flags=(--no-wait --no-detach --user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--max-hold --reason --max-wait --on-timeout --stall-after --evict-grace --mosaic-home --backend --color)
    __mosaic_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--max-hold')
        __mosaic_add_completions -W '1m'$'\n''5m'$'\n''10m'$'\n''30m'$'\n''1h'
        return
        ;;
    '--reason')
        return
        ;;
    '--max-wait')
        __mosaic_add_completions -W '0'$'\n''1m'$'\n''5m'$'\n''10m'$'\n''30m'$'\n''1h'
        return
        ;;
    '--on-timeout')
        __mosaic_add_completions -W 'break'$'\n''fail'
        return
        ;;
    '--stall-after')
        __mosaic_add_completions -W '10s'$'\n''30s'$'\n''1m'$'\n''5m'
        return
        ;;
    '--evict-grace')
        __mosaic_add_completions -W '5s'$'\n''10s'$'\n''30s'$'\n''1m'
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_mosaic_fleet_init() {
    repeating_flags=()
    non_repeating_flags=(--force --enable --user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--mosaic-home --backend --color)
    __mosaic_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_mosaic_fleet_add() {
    repeating_flags=()
    non_repeating_flags=(--no-autostart --no-start --user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=(--env)
    non_repeating_options=(--directory --environment-file --memory-max --cpu-quota --tasks-max --stop-timeout --stable-for --max-parallel --mosaic-home --backend --color)
    __mosaic_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--directory')
        __mosaic_add_completions -d
        return
        ;;
    '--env')
        return
        ;;
    '--environment-file')
        __mosaic_add_completions -f
        return
        ;;
    '--memory-max')
        return
        ;;
    '--cpu-quota')
        return
        ;;
    '--tasks-max')
        return
        ;;
    '--stop-timeout')
        __mosaic_add_completions -W '10s'$'\n''30s'$'\n''90s'
        return
        ;;
    '--stable-for')
        __mosaic_add_completions -W '0'$'\n''2s'$'\n''5s'$'\n''10s'$'\n''30s'
        return
        ;;
    '--max-parallel')
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_mosaic_fleet_remove() {
    repeating_flags=()
    non_repeating_flags=(--user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--mosaic-home --backend --color)
    __mosaic_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __mosaic_add_completions -W "$(__mosaic_custom_complete ---completion fleet remove -- positional@0 "${COMP_CWORD}" "$(__mosaic_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_mosaic_fleet_apply() {
    repeating_flags=()
    non_repeating_flags=(--restart --no-wait --no-detach --user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--stable-for --max-parallel --reason --max-wait --on-timeout --stall-after --evict-grace --mosaic-home --backend --color)
    __mosaic_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--stable-for')
        __mosaic_add_completions -W '0'$'\n''2s'$'\n''5s'$'\n''10s'$'\n''30s'
        return
        ;;
    '--max-parallel')
        return
        ;;
    '--reason')
        return
        ;;
    '--max-wait')
        __mosaic_add_completions -W '0'$'\n''1m'$'\n''5m'$'\n''10m'$'\n''30m'$'\n''1h'
        return
        ;;
    '--on-timeout')
        __mosaic_add_completions -W 'break'$'\n''fail'
        return
        ;;
    '--stall-after')
        __mosaic_add_completions -W '10s'$'\n''30s'$'\n''1m'$'\n''5m'
        return
        ;;
    '--evict-grace')
        __mosaic_add_completions -W '5s'$'\n''10s'$'\n''30s'$'\n''1m'
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_mosaic_fleet_enable() {
    repeating_flags=()
    non_repeating_flags=(--user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--heal --mosaic-home --backend --color)
    __mosaic_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--heal')
        __mosaic_add_completions -W '1m'$'\n''2m'$'\n''5m'$'\n''15m'
        return
        ;;
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_mosaic_fleet_disable() {
    repeating_flags=()
    non_repeating_flags=(--user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--mosaic-home --backend --color)
    __mosaic_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_mosaic_fleet_doctor() {
    repeating_flags=()
    non_repeating_flags=(--fix --user --system --json --quiet -q --verbose -v -h --help)
    repeating_options=()
    non_repeating_options=(--mosaic-home --backend --color)
    __mosaic_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--mosaic-home')
        __mosaic_add_completions -d
        return
        ;;
    '--backend')
        __mosaic_add_completions -W 'auto'$'\n''dbus'$'\n''systemctl'$'\n''fake'
        return
        ;;
    '--color')
        __mosaic_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_mosaic_help() {
    :
}

complete -o filenames -F _mosaic mosaic
