function __mosaic-fleet-hosts_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __mosaic-fleet-hosts_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __mosaic-fleet-hosts_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __mosaic-fleet-hosts_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __mosaic-fleet-hosts_parse_tokens -S
    set -l unparsed_tokens (__mosaic-fleet-hosts_tokens -pc)
    switch $unparsed_tokens[1]
    case 'mosaic-fleet-hosts'
        __mosaic-fleet-hosts_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'status'
            __mosaic-fleet-hosts_parse_subcommand -r 1 'watch' 'mosaic-home=' 'json' 'q/quiet' 'h/help'
        case 'restart'
            __mosaic-fleet-hosts_parse_subcommand -r 1 'canary=+' 'group=+' 'at-once=' 'only-outdated' 'only-failed' 'when-idle' 'no-wait' 'no-drain' 'rolling=' 'deadline=' 'on-deadline=' 'stable-for=' 'max-wait=' 'on-timeout=' 'max-parallel=' 'reason=' 'dry-run' 'mosaic-home=' 'json' 'q/quiet' 'h/help'
        case 'run'
            __mosaic-fleet-hosts_parse_subcommand -r 1 'host=+' 'canary=+' 'group=+' 'at-once=' 'reason=' 'max-hold=' 'mosaic-home=' 'json' 'q/quiet' 'h/help'
        case 'slots'
            __mosaic-fleet-hosts_parse_subcommand 0 'agree=' 'mosaic-home=' 'json' 'q/quiet' 'h/help'
        case 'break'
            __mosaic-fleet-hosts_parse_subcommand 1 'revision=' 'force' 'mosaic-home=' 'json' 'q/quiet' 'h/help'
        case 'doctor'
            __mosaic-fleet-hosts_parse_subcommand -r 1 'mosaic-home=' 'json' 'q/quiet' 'h/help'
        case 'history'
            __mosaic-fleet-hosts_parse_subcommand -r 1 'n=' 'mosaic-home=' 'json' 'q/quiet' 'h/help'
        case 'peek'
            __mosaic-fleet-hosts_parse_subcommand 1 'n=' 'mosaic-home=' 'json' 'q/quiet' 'h/help'
        case 'attach'
            __mosaic-fleet-hosts_parse_subcommand 1 'mosaic-home=' 'json' 'q/quiet' 'h/help'
        case 'help'
            __mosaic-fleet-hosts_parse_subcommand -r 1 
        end
    end
end

function __mosaic-fleet-hosts_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __mosaic-fleet-hosts_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __mosaic-fleet-hosts_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __mosaic-fleet-hosts_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__mosaic-fleet-hosts_tokens -p)
    if test -z "$(__mosaic-fleet-hosts_tokens -t)"
        set -l index (count (__mosaic-fleet-hosts_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'mosaic-fleet-hosts' -f
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts" version' -l 'version' -d 'Print the version.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts" -eq 1' -fa 'status' -d 'Show the fleets of all hosts, one a line.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts" -eq 1' -fa 'restart' -d 'Restart the fleets of many hosts, a few hosts at a time.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts" -eq 1' -fa 'run' -d 'Run a command on many hosts, each while no restart can run there.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts" -eq 1' -fa 'slots' -d 'Show the slots in use: which host, since when, by whom and why.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts" -eq 1' -fa 'break' -d 'Free a host\'s slot by hand.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts" -eq 1' -fa 'doctor' -d 'Check that everything each fleet needs is in place.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts" -eq 1' -fa 'history' -d 'Show what was done on each host.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts" -eq 1' -fa 'peek' -d 'Print an agent\'s screen without attaching.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts" -eq 1' -fa 'attach' -d 'Attach this terminal to an agent\'s session on a host.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts status" -ge 1' -fka '(mosaic-fleet-hosts slots --names 2>/dev/null)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts status" watch' -l 'watch' -d 'Ask again every 2 s, until Ctrl-C.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts status" mosaic-home' -l 'mosaic-home' -d 'Directory of hosts.toml\'s fleet. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic-fleet-hosts_complete_directories)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts status" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts status" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts restart" -ge 1' -fka '(mosaic-fleet-hosts slots --names 2>/dev/null)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart"' -l 'canary' -d 'A host to begin with, alone; may be repeated.' -rfka '(mosaic-fleet-hosts slots --names 2>/dev/null)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart"' -l 'group' -d 'Only the hosts of this group; may be repeated.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" at-once' -l 'at-once' -d 'Hosts that may be down at once; default and maximum: at_once in hosts.toml.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" only-outdated' -l 'only-outdated' -d 'Restart only outdated agents and those left down.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" only-failed' -l 'only-failed' -d 'Restart only what failed or a restart left down.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" when-idle' -l 'when-idle' -d 'Before taking the lock, wait until no affected agent is busy.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" no-wait' -l 'no-wait' -d 'Exit at once if another restart is running; the host is retried later.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" no-drain' -l 'no-drain' -d 'Do not stop the agents before the holder restarts.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" rolling' -l 'rolling' -d 'Restart agents N (or 1) at a time; halt at a failure.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" deadline' -l 'deadline' -d 'With --when-idle: longest total wait for agents.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" on-deadline' -l 'on-deadline' -d 'After --deadline: give-up (exit with 75), or restart.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" stable-for' -l 'stable-for' -d 'Time to watch started agents; 0: none.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" max-wait' -l 'max-wait' -d 'Longest wait for one restart.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" on-timeout' -l 'on-timeout' -d 'After --max-wait: break the lock, or fail.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" max-parallel' -l 'max-parallel' -d 'Jobs in flight at once.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" reason' -l 'reason' -d 'Reason, shown in each host\'s history and with each slot.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" dry-run' -l 'dry-run' -d 'Print what each host would do, without doing it.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" mosaic-home' -l 'mosaic-home' -d 'Directory of hosts.toml\'s fleet. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic-fleet-hosts_complete_directories)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts restart" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts run"' -l 'host' -d 'Only on this host; may be repeated.' -rfka '(mosaic-fleet-hosts slots --names 2>/dev/null)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts run"' -l 'canary' -d 'A host to begin with, alone; may be repeated.' -rfka '(mosaic-fleet-hosts slots --names 2>/dev/null)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts run"' -l 'group' -d 'Only the hosts of this group; may be repeated.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts run" at-once' -l 'at-once' -d 'Hosts that may be down at once; default and maximum: at_once in hosts.toml.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts run" reason' -l 'reason' -d 'Reason, shown to others that wait for this command.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts run" max-hold' -l 'max-hold' -d 'How long the command may take on each host.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts run" mosaic-home' -l 'mosaic-home' -d 'Directory of hosts.toml\'s fleet. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic-fleet-hosts_complete_directories)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts run" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts run" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts run" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts slots" agree' -l 'agree' -d 'Change the number of hosts that may be down at once, for all stations; with [etcd] only.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts slots" mosaic-home' -l 'mosaic-home' -d 'Directory of hosts.toml\'s fleet. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic-fleet-hosts_complete_directories)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts slots" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts slots" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts slots" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts break" -eq 1' -fka '(mosaic-fleet-hosts slots --names 2>/dev/null)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts break" revision' -l 'revision' -d 'Free the slot only if its revision in etcd is still N.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts break" force' -l 'force' -d 'Free the slot even if the rollout that holds it is alive or the host is busy.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts break" mosaic-home' -l 'mosaic-home' -d 'Directory of hosts.toml\'s fleet. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic-fleet-hosts_complete_directories)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts break" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts break" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts break" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts doctor" -ge 1' -fka '(mosaic-fleet-hosts slots --names 2>/dev/null)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts doctor" mosaic-home' -l 'mosaic-home' -d 'Directory of hosts.toml\'s fleet. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic-fleet-hosts_complete_directories)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts doctor" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts doctor" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts doctor" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_positional "mosaic-fleet-hosts history" -ge 1' -fka '(mosaic-fleet-hosts slots --names 2>/dev/null)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts history" n' -s 'n' -d 'Show only the newest COUNT records of each host.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts history" mosaic-home' -l 'mosaic-home' -d 'Directory of hosts.toml\'s fleet. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic-fleet-hosts_complete_directories)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts history" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts history" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts history" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts peek" n' -s 'n' -d 'Lines of history before the screen.' -rfka ''
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts peek" mosaic-home' -l 'mosaic-home' -d 'Directory of hosts.toml\'s fleet. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic-fleet-hosts_complete_directories)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts peek" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts peek" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts peek" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts attach" mosaic-home' -l 'mosaic-home' -d 'Directory of hosts.toml\'s fleet. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic-fleet-hosts_complete_directories)'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts attach" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts attach" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic-fleet-hosts' -n '__mosaic-fleet-hosts_should_offer_completions_for_flags_or_options "mosaic-fleet-hosts attach" h help' -s 'h' -l 'help' -d 'Show help information.'
