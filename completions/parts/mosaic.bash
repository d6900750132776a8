@generated

# Beside what the parser knows: plug-ins, which the program lists, and the line of another program after `lock run … --`.
# The script above is used as it is; which function it made is asked of bash.
__mosaic_generated=$(complete -p mosaic)
__mosaic_generated=${__mosaic_generated##*-F }
__mosaic_generated=${__mosaic_generated%% *}

__mosaic_completion() {
    local -i place
    local plugins
    if [[ ${COMP_WORDS[*]:1:3} == 'fleet lock run' ]]; then
        for ((place = 4; place < COMP_CWORD; place++)); do
            [[ ${COMP_WORDS[place]} == -- ]] || continue
            # bash-completion from 2.12 on has the function under a new name.
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
    fi
    "${__mosaic_generated}" "$@"
    [[ ${COMP_WORDS[1]-} == fleet ]] && ((COMP_CWORD >= 2)) || return 0
    # All of them `[A-Za-z0-9_-]`.
    plugins=$("${COMP_WORDS[0]}" fleet ---plugins 2>/dev/null)
    if ((COMP_CWORD == 2)); then
        COMPREPLY+=($(compgen -W "${plugins}" -- "${COMP_WORDS[2]}"))
    elif [[ $'\n'${plugins}$'\n' == *$'\n'"${COMP_WORDS[2]}"$'\n'* ]]; then
        COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
    fi
}

complete -o filenames -F __mosaic_completion mosaic
