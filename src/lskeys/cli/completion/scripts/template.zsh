#compdef lskeys
# zsh completion for lskeys.
# @HEADING@
#
# It belongs into a directory of $fpath, as _lskeys, before compinit runs; such as
#     mkdir -p ~/.zfunc && lskeys completion zsh > ~/.zfunc/_lskeys
# and in ~/.zshrc
#     fpath+=(~/.zfunc); autoload -Uz compinit; compinit

# Words that lskeys remembers, or reads from AWS's files.
_lskeys_words() {
    local -a found
    found=("${(@f)$(_call_program "$1" ${(q)lskeys_typed[1]} _complete "$1" ${(q)lskeys_typed[2,-1]})}")
    found=("${(@)found:#}")
    (($#found)) && compadd -a "${@[2,-1]}" found
}

_lskeys_names() { _lskeys_words names "$@" }
_lskeys_instances() { _lskeys_words instances "$@" }
_lskeys_tags() { _lskeys_words tags "$@" }
_lskeys_regions() { _lskeys_words regions "$@" }
_lskeys_profiles() { _lskeys_words profiles "$@" }

@COMMANDS@

_lskeys() {
    local -a lskeys_typed=("${(@)words[1,CURRENT-1]}")
    lskeys_typed[1]=${~lskeys_typed[1]}
    _lskeys_command
}

if [[ $funcstack[1] == _lskeys ]]; then
    _lskeys "$@"
else
    compdef _lskeys lskeys
fi
