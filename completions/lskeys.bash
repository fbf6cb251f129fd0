# bash completion for lskeys.
# Made by lskeys from its own verbs and options; a change made here is lost.
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
        '')
            commands='list ls show create import download-default delete rm rotate-default tag untag fingerprint audit ssh-config regions config sandbox completion help'
            options='--profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --help -p -r -o -q -0 -V -h'
            ;;
        'list' | 'ls')
            options='--include-default --tag --unused --in-use --sort --columns --profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --help -p -r -o -q -0 -V -h'
            arguments='names...'
            ;;
        'show')
            options='--profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --help -p -r -o -q -0 -V -h'
            arguments='names'
            ;;
        'create')
            options='--type --bits --tag --passphrase --passphrase-file --out --file --force --service-generated --profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --dry-run --yes --help -p -r -o -q -0 -V -n -y -h'
            arguments='nothing'
            ;;
        'import')
            options='--if-absent --tag --profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --dry-run --yes --help -p -r -o -q -0 -V -n -y -h'
            arguments='nothing;files'
            ;;
        'download-default')
            options='--out --file --create --force --profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --dry-run --yes --help -p -r -o -q -0 -V -n -y -h'
            ;;
        'delete' | 'rm')
            options='--fingerprint --key --backup --no-backup --missing-ok --profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --dry-run --yes --help -p -r -o -q -0 -V -n -y -h'
            arguments='names...'
            ;;
        'rotate-default')
            options='--out --force --profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --dry-run --yes --help -p -r -o -q -0 -V -n -y -h'
            ;;
        'tag')
            options='--profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --dry-run --yes --help -p -r -o -q -0 -V -n -y -h'
            arguments='names;nothing...'
            ;;
        'untag')
            options='--profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --dry-run --yes --help -p -r -o -q -0 -V -n -y -h'
            arguments='names;nothing...'
            ;;
        'fingerprint')
            options='--match --passphrase --passphrase-file --profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --help -p -r -o -q -0 -V -h'
            arguments='files...'
            ;;
        'audit')
            options='--max-age --ignore --fix --profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --dry-run --yes --help -p -r -o -q -0 -V -n -y -h'
            ;;
        'ssh-config')
            options='--known-hosts --write --file --profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --dry-run --yes --help -p -r -o -q -0 -V -n -y -h'
            arguments='nothing...'
            ;;
        'regions')
            options='--profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --help -p -r -o -q -0 -V -h'
            ;;
        'config')
            options='--profile --region --all-regions --endpoint-url --sandbox --timeout --output --query --quiet --null --color --no-input --debug --version --help -p -r -o -q -0 -V -h'
            ;;
        'sandbox')
            commands='serve env reset path'
            options='--help -h'
            ;;
        'sandbox serve')
            options='--port --set --color --no-input --debug --version --help -V -h'
            ;;
        'sandbox env')
            options='--port --color --no-input --debug --version --help -V -h'
            ;;
        'sandbox reset')
            options='--set --color --no-input --debug --version --dry-run --yes --help -V -n -y -h'
            ;;
        'sandbox path')
            options='--color --no-input --debug --version --help -V -h'
            ;;
        'completion')
            options='--color --no-input --debug --version --help -V -h'
            arguments='words:bash zsh fish powershell'
            ;;
        'help')
            options='--man --color --no-input --debug --version --help -V -h'
            arguments='words:exit-codes environment formatting fingerprints security list show create import download-default delete rotate-default tag untag fingerprint audit ssh-config regions config sandbox completion help'
            ;;
    esac
}

# What can stand as the value of an option, or as an argument.
_lskeys_value() {
    case $1 in
        --backup) value='folders' ;;
        --bits) value='nothing' ;;
        --color) value='words:auto always never' ;;
        --columns) value='list:name region created fingerprint tags used-by local-files account arn support-code profile' ;;
        --endpoint-url) value='nothing' ;;
        --file) value='files' ;;
        --fingerprint) value='nothing' ;;
        --ignore) value='words:loose-permissions mismatched-key wrong-public missing-private stale-default no-fingerprint hidden-key orphaned-key duplicate-key shared-key old-pair unused-pair missing-public' ;;
        --key) value='files' ;;
        --max-age) value='nothing' ;;
        --out) value='folders' ;;
        --output | -o) value='words:table text csv json jsonl' ;;
        --passphrase-file) value='files' ;;
        --port) value='nothing' ;;
        --profile | -p) value='profiles' ;;
        --query) value='nothing' ;;
        --region | -r) value='regions' ;;
        --set) value='nothing' ;;
        --sort) value='words:name region created fingerprint tags used-by local-files account arn support-code profile -name -region -created -fingerprint -tags -used-by -local-files -account -arn -support-code -profile' ;;
        --tag) value='nothing' ;;
        --timeout) value='nothing' ;;
        --type) value='words:rsa ed25519' ;;
    esac
}

_lskeys_takes_value() {
    case $1 in
        --backup | --bits | --color | --columns | --endpoint-url | --file | --fingerprint | --ignore | --key | --max-age | --out | --output | -o | --passphrase-file | --port | --profile | -p | --query | --region | -r | --set | --sort | --tag | --timeout | --type) return 0 ;;
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
        names | regions | profiles) _lskeys_dynamic "$1" "$2" ;;
        files) _lskeys_paths -f "$2" ;;
        folders) _lskeys_paths -d "$2" ;;
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
