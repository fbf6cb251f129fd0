# bash completion for lskeys.
# @HEADING@
#
# With the bash-completion package this file works as
#     ~/.local/share/bash-completion/completions/lskeys
# and without it from ~/.bashrc:
#     eval "$(lskeys completion bash)"

# The words that can follow: `commands`, `options` and `arguments` of a command, the last argument
# with ... where it may be repeated.
_lskeys_shape() {
    commands= options= arguments=
    case $1 in
@SHAPES@
    esac
}

# What can stand as the value of an option, or as an argument.
_lskeys_value() {
    case $1 in
@VALUES@
    esac
}

_lskeys_takes_value() {
    case $1 in
        @TAKERS@) return 0 ;;
    esac
    return 1
}

# Static words: from this file, so that nothing in them is a command.
_lskeys_static() {
    local word
    for word in $1; do
        [[ $word == "$2"* ]] && COMPREPLY+=("$word ")
    done
}

# Words that lskeys remembers, or reads from AWS's files: any text, so never expanded.
_lskeys_dynamic() {
    local word
    while IFS= read -r word; do
        [[ $word == "$2"* ]] && COMPREPLY+=("$(printf '%q' "$word") ")
    done < <("$program" _complete "$1" "${typed[@]}" 2>/dev/null)
}

_lskeys_list() {
    local before= word
    [[ $2 == *,* ]] && before=${2%,*},
    for word in $1; do
        [[ ",$before" == *",$word,"* ]] && continue
        [[ $before$word == "$2"* ]] && COMPREPLY+=("$before$word")
    done
}

_lskeys_paths() {
    local path
    compopt -o filenames +o nospace 2>/dev/null
    while IFS= read -r path; do
        COMPREPLY+=("$path")
    done < <(compgen "$1" -- "$2")
}

_lskeys_complete() {
    case $1 in
        names | instances | tags | regions | profiles) _lskeys_dynamic "$1" "$2" ;;
        files) _lskeys_paths -f "$2" ;;
        directories) _lskeys_paths -d "$2" ;;
        words:*) _lskeys_static "${1#words:}" "$2" ;;
        list:*) _lskeys_list "${1#list:}" "$2" ;;
    esac
}

_lskeys() {
    local program=$1 commands options arguments value
    local command= option= ended= glued= word current
    local -a line=() typed=()
    local -i index count=0 position=0
    COMPREPLY=()
    # bash takes = for a word of its own; --option=value is one again.
    for ((index = 1; index <= COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if [[ $word == = && $count -gt 0 ]]; then
            line[count - 1]+==
            glued=1
        elif [[ $glued ]]; then
            line[count - 1]+=$word
            glued=
        else
            line[count++]=$word
        fi
    done
    current=${line[count - 1]}
    typed=("${line[@]:0:count-1}")
    _lskeys_shape ""
    for word in "${typed[@]}"; do
        if [[ $option ]]; then
            option=
        elif [[ ! $ended && $word == -- ]]; then
            ended=1
        elif [[ ! $ended && $word == -* ]]; then
            _lskeys_takes_value "$word" && option=$word
        elif [[ " $commands " == *" $word "* ]]; then
            command+=${command:+ }$word
            _lskeys_shape "$command"
        else
            position+=1
        fi
    done
    if [[ $option ]]; then
        _lskeys_value "$option"
        _lskeys_complete "$value" "$current"
    elif [[ ! $ended && $current == --*=* ]]; then
        _lskeys_value "${current%%=*}"
        _lskeys_complete "$value" "${current#*=}"
        # Where = is no end of a word, the whole of it is replaced.
        [[ $COMP_WORDBREAKS == *=* ]] || COMPREPLY=("${COMPREPLY[@]/#/${current%%=*}=}")
    elif [[ ! $ended && $current == -* ]]; then
        _lskeys_static "$options" "$current"
    elif [[ $commands ]]; then
        _lskeys_static "$commands" "$current"
    else
        _lskeys_argument "$current"
    fi
}

_lskeys_argument() {
    local kinds=() kind
    IFS=';' read -r -a kinds <<<"$arguments"
    ((${#kinds[@]})) || return 0
    if ((position < ${#kinds[@]})); then
        kind=${kinds[position]}
    elif [[ ${kinds[${#kinds[@]} - 1]} == *... ]]; then
        kind=${kinds[${#kinds[@]} - 1]}
    fi
    _lskeys_complete "${kind%...}" "$1"
}

complete -o nospace -F _lskeys lskeys
