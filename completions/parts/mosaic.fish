@generated

# Beside what the parser knows: plug-ins, which the program lists, and the line of another program after `lock run … --`.
function __mosaic_plugins
    set -l tokens (commandline -opc)
    test (count $tokens) -eq 2 -a "$tokens[2]" = fleet; or return 1
    $tokens[1] fleet ---plugins 2>/dev/null
end
complete -c 'mosaic' -n '__mosaic_plugins >/dev/null' -fa '(__mosaic_plugins)' -d 'Plug-in.'

function __mosaic_is_behind_plugin
    set -l tokens (commandline -opc)
    test (count $tokens) -gt 2 -a "$tokens[2]" = fleet; or return 1
    contains -- $tokens[3] ($tokens[1] fleet ---plugins 2>/dev/null)
end
complete -c 'mosaic' -n __mosaic_is_behind_plugin -F

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
