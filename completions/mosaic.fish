function __mosaic_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __mosaic_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __mosaic_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __mosaic_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __mosaic_parse_tokens -S
    set -l unparsed_tokens (__mosaic_tokens -pc)
    switch $unparsed_tokens[1]
    case 'mosaic'
        __mosaic_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'fleet'
            __mosaic_parse_subcommand 0 'h/help'
            switch $unparsed_tokens[1]
            case 'restart'
                __mosaic_parse_subcommand -r 1 'only-failed' 'only-outdated' 'rolling=' 'canary=' 'no-drain' 'join' 'no-join' 'dry-run' 'stable-for=' 'max-parallel=' 'when-idle' 'deadline=' 'on-deadline=' 'reason=' 'max-wait=' 'on-timeout=' 'no-wait' 'stall-after=' 'evict-grace=' 'no-detach' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'heal'
                __mosaic_parse_subcommand 0 'dry-run' 'stable-for=' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'metrics'
                __mosaic_parse_subcommand 0 'output=' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'start'
                __mosaic_parse_subcommand -r 1 'stable-for=' 'max-parallel=' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'stop'
                __mosaic_parse_subcommand -r 1 'max-parallel=' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'status'
                __mosaic_parse_subcommand -r 1 'state=+' 'watch=' 'o/output=' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'history'
                __mosaic_parse_subcommand 1 'since=' 'agent=' 'failed' 'n=' 'svg=' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'logs'
                __mosaic_parse_subcommand -r 1 'holder' 'f/follow' 'n/lines=' 'since=' 'until=' 'g/grep=' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'peek'
                __mosaic_parse_subcommand 1 'n/lines=' 'f/follow' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'send'
                __mosaic_parse_subcommand -r 2 'enter' 'keys' 'when-idle' 'deadline=' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'attach'
                __mosaic_parse_subcommand 1 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'report'
                __mosaic_parse_subcommand 1 'note=' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'lock'
                __mosaic_parse_subcommand 0 'h/help'
                switch $unparsed_tokens[1]
                case 'inspect'
                    __mosaic_parse_subcommand 0 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
                case 'break'
                    __mosaic_parse_subcommand 0 'yes' 'force' 'token=' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
                case 'run'
                    __mosaic_parse_subcommand -r 1 'max-hold=' 'reason=' 'max-wait=' 'on-timeout=' 'no-wait' 'stall-after=' 'evict-grace=' 'no-detach' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
                end
            case 'init'
                __mosaic_parse_subcommand 0 'force' 'enable' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'add'
                __mosaic_parse_subcommand -r 2 'directory=' 'no-autostart' 'no-start' 'env=+' 'environment-file=' 'memory-max=' 'cpu-quota=' 'tasks-max=' 'stop-timeout=' 'stable-for=' 'max-parallel=' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'remove'
                __mosaic_parse_subcommand -r 1 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'apply'
                __mosaic_parse_subcommand 0 'restart' 'stable-for=' 'max-parallel=' 'reason=' 'max-wait=' 'on-timeout=' 'no-wait' 'stall-after=' 'evict-grace=' 'no-detach' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'enable'
                __mosaic_parse_subcommand 0 'heal=' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'disable'
                __mosaic_parse_subcommand 0 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            case 'doctor'
                __mosaic_parse_subcommand 0 'fix' 'mosaic-home=' 'backend=' 'user' 'system' 'json' 'q/quiet' 'v/verbose' 'color=' 'h/help'
            end
        case 'help'
            __mosaic_parse_subcommand -r 1 
        end
    end
end

function __mosaic_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __mosaic_parse_subcommand -S -a positional_count
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

function __mosaic_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __mosaic_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__mosaic_tokens -p)
    if test -z "$(__mosaic_tokens -t)"
        set -l index (count (__mosaic_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'mosaic' -f
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic" version' -l 'version' -d 'Print the version.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic" -eq 1' -fa 'fleet' -d 'Restart, start, stop and inspect the fleet.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'restart' -d 'Restart the fleet or agents, one restart at a time.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'heal' -d 'Start what a restart left down, restart what failed.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'metrics' -d 'Print metrics of the fleet for Prometheus.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'start' -d 'Start the fleet, or some agents.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'stop' -d 'Stop the fleet, or some agents.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'status' -d 'Show the holder and the agents.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'history' -d 'Show past restarts, or one as a timeline.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'logs' -d 'Show the journal of the holder and the agents.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'peek' -d 'Print an agent\'s screen without attaching to it.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'send' -d 'Type text or keys into an agent.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'attach' -d 'Attach this terminal to an agent\'s session.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'report' -d 'Report whether this agent is busy, waiting or idle.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'lock' -d 'Inspect or break the lock, or run a command under it.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'init' -d 'Write the roster and the systemd units, or renew them.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'add' -d 'Add an agent to the roster and start it.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'remove' -d 'Stop an agent and remove it from the roster.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'apply' -d 'Apply changes of the roster to the fleet.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'enable' -d 'Start the fleet at boot.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'disable' -d 'Do not start the fleet at boot.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa 'doctor' -d 'Check that everything the fleet needs is in place.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic fleet restart" -ge 1' -fka '(__mosaic_custom_completion ---completion fleet restart -- positional@0 (count (__mosaic_tokens -pc)) (__mosaic_tokens -tC))'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" only-failed' -l 'only-failed' -d 'Restart only what failed or a restart left down.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" only-outdated' -l 'only-outdated' -d 'Restart only outdated agents and those left down.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" rolling' -l 'rolling' -d 'Restart agents N (or 1) at a time; halt at a failure.' -rfka '1 2 3 5'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" canary' -l 'canary' -d 'Rolling: start with this agent, or the first one.' -rfka '(__mosaic_custom_completion ---completion fleet restart -- --canary (count (__mosaic_tokens -pc)) (__mosaic_tokens -tC))'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" no-drain' -l 'no-drain' -d 'Do not stop the agents before the holder restarts.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" join' -l 'join' -d 'Skip units restarted meanwhile.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" no-join' -l 'no-join' -d 'Restart everything, even units restarted meanwhile.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" dry-run' -l 'dry-run' -d 'Print what would be done, without doing it.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" stable-for' -l 'stable-for' -d 'Time to watch started agents; 0: none. (default: 2s)' -rfka '0 2s 5s 10s 30s'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" max-parallel' -l 'max-parallel' -d 'Jobs in flight at once. (default: no limit)' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" when-idle' -l 'when-idle' -d 'Before taking the lock, wait until no affected agent is busy.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" deadline' -l 'deadline' -d 'With --when-idle: longest total wait for agents. (default: 10m)' -rfka '0 1m 5m 10m 30m 1h'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" on-deadline' -l 'on-deadline' -d 'After --deadline: exit with 75, or restart and interrupt work. (default: give-up)' -rfka 'give-up restart'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" reason' -l 'reason' -d 'Reason, shown to others that wait for this restart.' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" max-wait' -l 'max-wait' -d 'Longest wait for one restart, extended if its plan is longer; 0: no limit. (default: 10m)' -rfka '0 1m 5m 10m 30m 1h'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" on-timeout' -l 'on-timeout' -d 'After --max-wait: break the lock, or fail. (default: break)' -rfka 'break fail'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" no-wait' -l 'no-wait' -d 'Exit with 75 at once if another restart is running.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" stall-after' -l 'stall-after' -d 'Evict an owner that shows no progress for this long. (default: 30s)' -rfka '10s 30s 1m 5m'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" evict-grace' -l 'evict-grace' -d 'Time for an evicted owner to stop before it is killed. (default: 10s)' -rfka '5s 10s 30s 1m'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" no-detach' -l 'no-detach' -d 'Inside the fleet: refuse, instead of moving out of it first.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet restart" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet heal" dry-run' -l 'dry-run' -d 'Print what would be done, without doing it.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet heal" stable-for' -l 'stable-for' -d 'Time to watch started agents; 0: none. (default: 2s)' -rfka '0 2s 5s 10s 30s'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet heal" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet heal" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet heal" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet heal" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet heal" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet heal" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet heal" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet heal" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet heal" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet metrics" output' -l 'output' -d 'Replace FILE in one step (a regular file, or a new one), mode 0644; -: standard output.' -rF
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet metrics" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet metrics" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet metrics" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet metrics" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet metrics" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet metrics" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet metrics" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet metrics" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet metrics" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic fleet start" -ge 1' -fka '(__mosaic_custom_completion ---completion fleet start -- positional@0 (count (__mosaic_tokens -pc)) (__mosaic_tokens -tC))'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet start" stable-for' -l 'stable-for' -d 'Time to watch started agents; 0: none. (default: 2s)' -rfka '0 2s 5s 10s 30s'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet start" max-parallel' -l 'max-parallel' -d 'Jobs in flight at once. (default: no limit)' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet start" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet start" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet start" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet start" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet start" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet start" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet start" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet start" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet start" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic fleet stop" -ge 1' -fka '(__mosaic_custom_completion ---completion fleet stop -- positional@0 (count (__mosaic_tokens -pc)) (__mosaic_tokens -tC))'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet stop" max-parallel' -l 'max-parallel' -d 'Jobs in flight at once. (default: no limit)' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet stop" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet stop" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet stop" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet stop" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet stop" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet stop" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet stop" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet stop" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet stop" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic fleet status" -ge 1' -fka '(__mosaic_custom_completion ---completion fleet status -- positional@0 (count (__mosaic_tokens -pc)) (__mosaic_tokens -tC))'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet status"' -l 'state' -d 'Only units in this state, such as failed; may be repeated.' -rfka 'failed not-found restarting changing inactive active'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet status" watch' -l 'watch' -d 'Update live until q or Ctrl-C; poll at least every DUR. (default: 2s)' -rfka '1s 2s 5s 30s'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet status" o output' -s 'o' -l 'output' -d 'Columns; wide shows more of them.' -rfka 'table wide'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet status" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet status" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet status" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet status" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet status" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet status" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet status" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet status" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic fleet history" -eq 1' -fka '(__mosaic_custom_completion ---completion fleet history -- positional@0 (count (__mosaic_tokens -pc)) (__mosaic_tokens -tC))'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet history" since' -l 'since' -d 'Only records that ended since then: 12h, today, 14:30 or a date (2026-11-24).' -rfka '1h 12h today yesterday 7d'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet history" agent' -l 'agent' -d 'Only records that involve this agent.' -rfka '(__mosaic_custom_completion ---completion fleet history -- --agent (count (__mosaic_tokens -pc)) (__mosaic_tokens -tC))'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet history" failed' -l 'failed' -d 'Only records that did not succeed.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet history" n' -s 'n' -d 'Show only the newest COUNT records. (default: 20)' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet history" svg' -l 'svg' -d 'Write the timeline as SVG; - is standard output.' -rF
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet history" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet history" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet history" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet history" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet history" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet history" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet history" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet history" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet history" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic fleet logs" -ge 1' -fka '(__mosaic_custom_completion ---completion fleet logs -- positional@0 (count (__mosaic_tokens -pc)) (__mosaic_tokens -tC))'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" holder' -l 'holder' -d 'Show the holder, alone or with the named agents.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" f follow' -l 'follow' -s 'f' -d 'Follow new entries until Ctrl-C.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" lines n' -s 'n' -l 'lines' -d 'Start with the last COUNT lines. (default: all, with -f 10)' -rfka '10 100 1000'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" since' -l 'since' -d 'Only entries since then, such as \'10 min ago\'.' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" until' -l 'until' -d 'Only entries until then.' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" g grep' -s 'g' -l 'grep' -d 'Only entries whose text matches this regular expression.' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet logs" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic fleet peek" -eq 1' -fka '(__mosaic_custom_completion ---completion fleet peek -- positional@0 (count (__mosaic_tokens -pc)) (__mosaic_tokens -tC))'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet peek" lines n' -s 'n' -l 'lines' -d 'Lines of history above the screen.' -rfka '100 1000'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet peek" f follow' -l 'follow' -s 'f' -d 'Update live until q, Ctrl-C or the agent\'s end.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet peek" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet peek" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet peek" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet peek" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet peek" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet peek" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet peek" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet peek" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet peek" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic fleet send" -eq 1' -fka '(__mosaic_custom_completion ---completion fleet send -- positional@0 (count (__mosaic_tokens -pc)) (__mosaic_tokens -tC))'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet send" enter' -l 'enter' -d 'Press Enter after the text.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet send" keys' -l 'keys' -d 'Treat each word as a key name, such as C-c or F5.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet send" when-idle' -l 'when-idle' -d 'Wait until the agent is not busy.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet send" deadline' -l 'deadline' -d 'With --when-idle: longest wait. (default: 10m)' -rfka '0 1m 5m 10m 30m 1h'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet send" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet send" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet send" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet send" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet send" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet send" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet send" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet send" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet send" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic fleet attach" -eq 1' -fka '(__mosaic_custom_completion ---completion fleet attach -- positional@0 (count (__mosaic_tokens -pc)) (__mosaic_tokens -tC))'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet attach" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet attach" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet attach" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet attach" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet attach" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet attach" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet attach" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet attach" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet attach" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic fleet report" -eq 1' -fka 'busy waiting idle'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet report" note' -l 'note' -d 'Line of text to show with it, at most 200 bytes.' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet report" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet report" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet report" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet report" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet report" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet report" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet report" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet report" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet report" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic fleet lock" -eq 1' -fa 'inspect' -d 'Show which process holds the lock.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic fleet lock" -eq 1' -fa 'break' -d 'Break the lock of a restart that does not end.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic fleet lock" -eq 1' -fa 'run' -d 'Run a command under the fleet\'s lock.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock inspect" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock inspect" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock inspect" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock inspect" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock inspect" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock inspect" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock inspect" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock inspect" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock inspect" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock break" yes' -l 'yes' -d 'Do not ask; required when stdin is not a terminal.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock break" force' -l 'force' -d 'Break the lock even if its owner is alive.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock break" token' -l 'token' -d 'Break the lock only if it still has this token.' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock break" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock break" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock break" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock break" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock break" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock break" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock break" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock break" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock break" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" max-hold' -l 'max-hold' -d 'Longest time for the command; after that, others may break the lock. (default: no limit)' -rfka '1m 5m 10m 30m 1h'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" reason' -l 'reason' -d 'Reason, shown to others that wait for this restart.' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" max-wait' -l 'max-wait' -d 'Longest wait for one restart, extended if its plan is longer; 0: no limit. (default: 10m)' -rfka '0 1m 5m 10m 30m 1h'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" on-timeout' -l 'on-timeout' -d 'After --max-wait: break the lock, or fail. (default: break)' -rfka 'break fail'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" no-wait' -l 'no-wait' -d 'Exit with 75 at once if another restart is running.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" stall-after' -l 'stall-after' -d 'Evict an owner that shows no progress for this long. (default: 30s)' -rfka '10s 30s 1m 5m'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" evict-grace' -l 'evict-grace' -d 'Time for an evicted owner to stop before it is killed. (default: 10s)' -rfka '5s 10s 30s 1m'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" no-detach' -l 'no-detach' -d 'Inside the fleet: refuse, instead of moving out of it first.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet lock run" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet init" force' -l 'force' -d 'Replace files that were changed outside mosaic; a copy is kept.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet init" enable' -l 'enable' -d 'Start the fleet at boot, as \'mosaic fleet enable\' does.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet init" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet init" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet init" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet init" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet init" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet init" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet init" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet init" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet init" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" directory' -l 'directory' -d 'Working directory. (default: the home directory)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" no-autostart' -l 'no-autostart' -d 'Start it only when it is named.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" no-start' -l 'no-start' -d 'Do not start it now.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add"' -l 'env' -d 'A variable, as NAME=VALUE; may be repeated. No secrets.' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" environment-file' -l 'environment-file' -d 'File of variables.' -rF
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" memory-max' -l 'memory-max' -d 'Such as 4G or 50%.' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" cpu-quota' -l 'cpu-quota' -d 'Such as 200%.' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" tasks-max' -l 'tasks-max' -d 'Such as 500.' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" stop-timeout' -l 'stop-timeout' -d 'Time from the stop to SIGKILL.' -rfka '10s 30s 90s'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" stable-for' -l 'stable-for' -d 'Time to watch started agents; 0: none. (default: 2s)' -rfka '0 2s 5s 10s 30s'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" max-parallel' -l 'max-parallel' -d 'Jobs in flight at once. (default: no limit)' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet add" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_positional "mosaic fleet remove" -ge 1' -fka '(__mosaic_custom_completion ---completion fleet remove -- positional@0 (count (__mosaic_tokens -pc)) (__mosaic_tokens -tC))'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet remove" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet remove" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet remove" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet remove" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet remove" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet remove" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet remove" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet remove" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet remove" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" restart' -l 'restart' -d 'Restart only the agents that run with an older unit.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" stable-for' -l 'stable-for' -d 'Time to watch started agents; 0: none. (default: 2s)' -rfka '0 2s 5s 10s 30s'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" max-parallel' -l 'max-parallel' -d 'Jobs in flight at once. (default: no limit)' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" reason' -l 'reason' -d 'Reason, shown to others that wait for this restart.' -rfka ''
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" max-wait' -l 'max-wait' -d 'Longest wait for one restart, extended if its plan is longer; 0: no limit. (default: 10m)' -rfka '0 1m 5m 10m 30m 1h'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" on-timeout' -l 'on-timeout' -d 'After --max-wait: break the lock, or fail. (default: break)' -rfka 'break fail'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" no-wait' -l 'no-wait' -d 'Exit with 75 at once if another restart is running.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" stall-after' -l 'stall-after' -d 'Evict an owner that shows no progress for this long. (default: 30s)' -rfka '10s 30s 1m 5m'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" evict-grace' -l 'evict-grace' -d 'Time for an evicted owner to stop before it is killed. (default: 10s)' -rfka '5s 10s 30s 1m'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" no-detach' -l 'no-detach' -d 'Inside the fleet: refuse, instead of moving out of it first.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet apply" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet enable" heal' -l 'heal' -d 'Run \'mosaic fleet heal\' at this interval from now on.' -rfka '1m 2m 5m 15m'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet enable" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet enable" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet enable" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet enable" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet enable" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet enable" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet enable" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet enable" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet enable" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet disable" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet disable" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet disable" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet disable" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet disable" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet disable" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet disable" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet disable" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet disable" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet doctor" fix' -l 'fix' -d 'Repair what can be repaired safely.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet doctor" mosaic-home' -l 'mosaic-home' -d 'Directory of the roster and the lock. (default: $MOSAIC_HOME or ~/.config/mosaic)' -rfa '(__mosaic_complete_directories)'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet doctor" backend' -l 'backend' -d 'How to reach systemd; auto is D-Bus, else systemctl.' -rfka 'auto dbus systemctl fake'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet doctor" user' -l 'user' -d 'Use the service manager of the calling user.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet doctor" system' -l 'system' -d 'Use the system\'s service manager.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet doctor" json' -l 'json' -d 'Print one JSON document; errors become JSON on stderr.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet doctor" q quiet' -l 'quiet' -s 'q' -d 'Print errors only.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet doctor" v verbose' -l 'verbose' -s 'v' -d 'Print more detail.'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet doctor" color' -l 'color' -d 'Colour the output; auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'mosaic' -n '__mosaic_should_offer_completions_for_flags_or_options "mosaic fleet doctor" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mosaic' -n 'not __mosaic_plugin; and __mosaic_should_offer_completions_for_positional "mosaic fleet" -eq 1' -fa '(__mosaic_custom_completion fleet ---plugins)' -d 'Plug-in.'

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
