# fish completion for lskeys.
# @HEADING@
#
# It works as ~/.config/fish/completions/lskeys.fish

# Whether the next word belongs to this command: as an option, or as the argument of this number; a
# number with + is for that one and all that follow. The third word is the command's short name.
function __lskeys_at
    set -l words (commandline -opc)
    set -l command
    set -l skips 0
    set -l ended 0
    set -l position 1
    for word in $words[2..]
        if test $skips = 1
            set skips 0
        else if test $ended = 1
            set position (math $position + 1)
        else if test "$word" = --
            set ended 1
        else if contains -- "$word" @TAKERS@
            set skips 1
        else if string match -q -- '-*' "$word"
            continue
        else if contains -- (string join ' ' $command "$word") @WORDS@
            set -a command "$word"
        else
            set position (math $position + 1)
        end
    end
    contains -- "$command" $argv[1] $argv[3]; or return 1
    if test -z "$argv[2]"
        test $ended = 0; return
    end
    test $skips = 0; or return 1
    switch $argv[2]
        case $position
            return 0
        case '*+'
            test $position -ge (string trim -c + -- $argv[2])
        case '*'
            return 1
    end
end

# Words that lskeys remembers, or reads from AWS's files.
function __lskeys_words
    set -l words (commandline -opc)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    $program _complete $argv[1] $words[2..] 2>/dev/null
end

# Words with commas between; those that stand there already are not offered again.
function __lskeys_list
    set -l typed (commandline -ct | string replace -r -- '^--[^=]*=' '')
    set -l before (string match -r -- '^.*,' $typed)
    for word in $argv
        contains -- $word (string split , -- $before); and continue
        echo $before$word
    end
end

complete -c lskeys -f
@COMPLETIONS@
