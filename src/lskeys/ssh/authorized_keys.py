"""The scripts that change `authorized_keys` on an instance, for any POSIX shell there. Pure.

Each reads its own text whole before it begins, since more may follow on its stdin, and reports
with lines that begin with a mark. Of several at once, each waits for the one before: they lock the
directory, where flock(1) is there. What gets into a script is of one grammar, quoted nowhere.
sshd may read several files (sshd_config(5), AuthorizedKeysFile): a key is added to one of them, and
removed from all.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from lskeys.errors import RefusedError
from lskeys.keys.derivation import derive_public
from lskeys.keys.matching import LocalKey

_WORD = re.compile(r"[A-Za-z0-9+/=@._-]+")

_FRAME = r"""
lskeys() {
umask 077
LC_ALL=C
export LC_ALL
say() { printf '\n%s %s\n' '@MARK@' "$*"; }
moved= new=
back() {
  printf '%s' "$moved" | while IFS= read -r each; do mv -f "$each.lskeys-undo" "$each"; done
}
fail() { rm -f "$new" 2>/dev/null; back; say failed "$*"; exit 1; }
words=$(cd /etc/ssh 2>/dev/null || exit
  included=$(sed -n 's/^[[:space:]]*[Ii]nclude[[:space:]=]*//p' sshd_config 2>/dev/null)
  for each in $(printf '%s' "$included" | tr -d '"') sshd_config; do
    sed -n -e '/^[[:space:]]*[Mm]atch[[:space:]]/q' \
      -e 's/^[[:space:]]*[Aa]uthorized[Kk]eys[Ff]ile[[:space:]=]*//p' "$each" 2>/dev/null
  done | sed -n '1{s/"//g;s/[[:space:]]#.*//;p;}')
case $words in ''|none) words='.ssh/authorized_keys .ssh/authorized_keys2' ;; esac
set -f --
for each in $words; do
  case $each in %h/*) each=$HOME/${each#%h/} ;; esac
  each=$(printf '%s\n' "$each" | sed "s/%u/$(id -un)/g;s/%U/$(id -u)/g;s/%%/%/g")
  case $each in /*) ;; *) each=$HOME/$each ;; esac
  broken=$each
  if [ -L "$each" ]; then each=$(readlink -f "$each") || continue; fi
  set -- "$@" "$each"
done
set +f
[ $# -gt 0 ] || fail "cannot follow the link $broken"
file=
for each in "$@"; do
  if [ -z "$file" ] && [ -e "$each" ] && [ -w "${each%/*}" ]; then file=$each; fi
done
for each in "$@"; do
  [ -z "$file" ] || break
  dir=${each%/*}
  [ -d "$dir" ] || mkdir -p "$dir" 2>/dev/null
  if [ -d "$dir" ] && [ -w "$dir" ]; then file=$each; fi
done
[ -n "$file" ] || { [ -d "$dir" ] && fail "cannot write in $dir"; fail "cannot make $dir"; }
if [ -r "${file%/*}" ]; then
  exec 9< "${file%/*}"
  flock -w 10 9 2>/dev/null || flock -n 9 2>/dev/null
fi
for each in "$@"; do rm -f "$each".lskeys-new* "$each.lskeys-undo" 2>/dev/null; done
has() { grep -v '^[[:space:]]*#' "$1" 2>/dev/null | grep -F -e "$2" >/dev/null; }
bare() {
  grep '^[[:space:]]*@ALGORITHM@[[:space:]]' "$1" 2>/dev/null | grep -F -e '@BLOB@' >/dev/null
}
renew() {
  dir=${file%/*} new=$file.lskeys-new.$$
  if [ -e "$file" ] && [ ! -f "$file" ]; then fail "$file is not a regular file"; fi
  if [ -e "$file" ] && [ ! -r "$file" ]; then fail "$file cannot be read"; fi
  if [ -e "$file" ] && [ "$(tr -cd '\000' < "$file" | wc -c)" -gt 0 ]
  then fail "$file contains NUL bytes; edit it by hand first"; fi
  (set -C; : > "$new") 2>/dev/null || fail "cannot write in $dir"
  content > "$new" 2>/dev/null || fail "cannot write $new: is the disk full?"
  [ "$(content)" = "$(cat "$new")" ] || fail "$new does not read back as it was written"
  chmod 600 "$new" || fail "cannot set the permissions of $new"
}
@BODY@
exit 0
}
lskeys
"""
"""What both scripts begin with.

The places are the function's arguments; `file` is the first that exists where the user can write,
else the first that the user can make. Drafts and copies of a run that was killed are removed.
"""

_ADD = r"""
dir=${file%/*}
case $dir in "$HOME"/*) chmod go-w "$dir" 2>/dev/null ;; esac
for each in "$@"; do if bare "$each"; then say unchanged "$each"; exit 0; fi; done
for each in "$@"; do if has "$each" '@BLOB@'; then say restricted "$each"; exit 0; fi; done
content() {
  if [ -s "$file" ]; then
    cat "$file" || return 1
    [ -z "$(tail -c 1 "$file")" ] || echo || return 1
  fi
  printf '%s\n' '@LINE@'
}
renew
has "$new" '@BLOB@' || fail "$new does not read back as it was written"
if [ -e "$file" ] && [ ! -e "$file.lskeys-old" ]; then
  cp -p "$file" "$file.lskeys-old" || { rm -f "$file.lskeys-old"; fail "cannot keep $file"; }
fi
mv -f "$new" "$file" || fail "cannot replace $file: is it immutable?"
say added "$file"
"""
_REMOVE = r"""
stays= restricted=
for each in "$@"; do
  if bare "$each"; then stays=$each; elif has "$each" '@BLOB@'; then restricted=$each; fi
done
if [ -z "$stays" ]; then
  [ -n "$restricted" ] || fail "the key that stays is not in $file"
  say restricted "$restricted"; exit 0
fi
holds() { for blob in @OLD@; do if has "$1" "$blob"; then return 0; fi; done; return 1; }
for each in "$@"; do shift; if holds "$each"; then set -- "$@" "$each"; fi; done
if [ $# -eq 0 ]; then say unchanged "$file"; exit 0; fi
content() { grep -v -F @PATTERNS@ "$file" || [ $? -eq 1 ]; }
trap 'back; exit 1' HUP INT TERM PIPE
for file in "$@"; do
  holds "$file" || continue  # the same file under another name
  renew
  ! bare "$file" || bare "$new" || fail "$new does not read back as it was written"
  cp -p "$file" "$file.lskeys-undo" || fail "cannot keep $file"
  moved="$moved$file
"
  mv -f "$new" "$file" || fail "cannot replace $file"
done
say removed "$file"
answer=
read -r answer
if [ "$answer" = keep ]; then
  for file in "$@"; do rm -f "$file.lskeys-undo"; done
  say kept "$file"
else
  back
  say restored "$file"
fi
"""
KEEP = "keep\n"
"""The word that has a script keep a removal."""


@dataclass(frozen=True, slots=True)
class PublicLine:
    """A public key as a line of authorized_keys; each part is one harmless word."""

    algorithm: str
    blob: str
    comment: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.algorithm, self.blob, self.comment)))


def public_line(key: LocalKey, comment: str) -> PublicLine:
    """The line of a local key.

    Raises:
        RefusedError: Its public key is not known.
    """
    if key.blob is None or key.algorithm is None or not _WORD.fullmatch(key.algorithm):
        raise RefusedError(
            f"the public key of {key.path} is not known",
            hint=derive_public(key),
        )
    harmless = "-".join(_WORD.findall(comment))[:100]
    return PublicLine(key.algorithm, base64.b64encode(key.blob).decode(), harmless)


def add(line: PublicLine, mark: str) -> str:
    """A script that adds a key.

    It says `added`, `unchanged`, `restricted` or `failed`, and the file or why. A key that is
    there with options only (`from=`, `command=`, `cert-authority`) is restricted: whoever did that
    meant it, and no line without them is added.
    """
    return _script(_ADD.replace("@LINE@", str(line)), line, mark)


def remove(line: PublicLine, old: Iterable[bytes], mark: str) -> str:
    """A script that removes other keys than this one, and says `removed` when it did.

    It continues only with `KEEP` on its stdin, and undoes everything otherwise. Where the key that
    stays is there with options only, which may end or restrict it, it says `restricted`.
    """
    blobs = [base64.b64encode(blob).decode() for blob in old]
    body = _REMOVE.replace("@OLD@", " ".join(blobs))
    body = body.replace("@PATTERNS@", " ".join(f"-e {blob}" for blob in blobs))
    return _script(body, line, mark)


def _script(body: str, line: PublicLine, mark: str) -> str:
    script = _FRAME.replace("@BODY@", body).replace("@BLOB@", line.blob)
    script = script.replace("@ALGORITHM@", line.algorithm)
    return script.replace("@MARK@", mark)
