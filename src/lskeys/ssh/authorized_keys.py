"""The scripts that change `authorized_keys` on an instance, for any POSIX shell there. Pure.

Each reads its own text whole before it begins, since more may follow on its stdin, and reports
with lines that begin with a mark. Of several at once, each waits for the one before: they lock the
directory, where flock(1) is there. What gets into a script is of one grammar, quoted nowhere.
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
fail() { rm -f "$new" "$undo" 2>/dev/null; say failed "$*"; exit 1; }
new= undo=
user=$(id -un)
file=$(for each in /etc/ssh/sshd_config.d/*.conf /etc/ssh/sshd_config; do
  sed -n -e '/^[[:space:]]*[Mm]atch[[:space:]]/q' \
    -e 's/^[[:space:]]*[Aa]uthorized[Kk]eys[Ff]ile[[:space:]=]*//p' "$each" 2>/dev/null
done | sed -n '1{s/"//g;s/[[:space:]].*//;p;}')
case $file in ''|none) file=.ssh/authorized_keys ;; esac
case $file in %h/*) file=$HOME/${file#%h/} ;; esac
file=$(printf '%s\n' "$file" | sed "s/%u/$user/g;s/%%/%/g")
case $file in /*) ;; *) file=$HOME/$file ;; esac
if [ -L "$file" ]; then file=$(readlink -f "$file") || fail "cannot follow the link $file"; fi
dir=${file%/*}
new=$file.lskeys-new.$$ undo=$file.lskeys-undo
[ -d "$dir" ] || mkdir -p "$dir" || fail "cannot make $dir"
if [ -r "$dir" ]; then
  exec 9< "$dir"
  flock -w 10 9 2>/dev/null || flock -n 9 2>/dev/null
fi
rm -f "$file".lskeys-new* "$undo" 2>/dev/null
if [ -e "$file" ] && [ ! -f "$file" ]; then fail "$file is not a regular file"; fi
if [ -e "$file" ] && [ ! -r "$file" ]; then fail "$file cannot be read"; fi
if [ -e "$file" ] && [ "$(tr -cd '\000' < "$file" | wc -c)" -gt 0 ]
then fail "$file contains NUL bytes; edit it by hand first"; fi
has() { grep -v '^[[:space:]]*#' "$1" 2>/dev/null | grep -F -e "$2" >/dev/null; }
renew() {
  (set -C; : > "$new") 2>/dev/null || fail "cannot write in $dir"
  content > "$new" 2>/dev/null || fail "cannot write $new: is the disk full?"
  [ "$(content)" = "$(cat "$new")" ] || fail "$new does not read back as it was written"
  has "$new" '@BLOB@' || fail "$new does not read back as it was written"
  chmod 600 "$new" || fail "cannot set the permissions of $new"
}
@BODY@
exit 0
}
lskeys
"""
_ADD = r"""
case $dir in "$HOME"/*) chmod go-w "$dir" 2>/dev/null ;; esac
if has "$file" '@BLOB@'; then
  if grep '^[[:space:]]*@ALGORITHM@[[:space:]]' "$file" | grep -F -e '@BLOB@' >/dev/null
  then say unchanged "$file"; else say restricted "$file"; fi
  exit 0
fi
content() {
  if [ -s "$file" ]; then
    cat "$file" || return 1
    [ -z "$(tail -c 1 "$file")" ] || echo || return 1
  fi
  printf '%s\n' '@LINE@'
}
renew
if [ -e "$file" ] && [ ! -e "$file.lskeys-old" ]; then
  cp -p "$file" "$file.lskeys-old" || { rm -f "$file.lskeys-old"; fail "cannot keep $file"; }
fi
mv -f "$new" "$file" || fail "cannot replace $file: is it immutable?"
say added "$file"
"""
_REMOVE = r"""
has "$file" '@BLOB@' || fail "the key that stays is not in $file"
found=
for each in @OLD@; do if has "$file" "$each"; then found=yes; fi; done
if [ -z "$found" ]; then say unchanged "$file"; exit 0; fi
content() { grep -v -F @PATTERNS@ "$file"; }
renew
cp -p "$file" "$undo" || fail "cannot keep $file"
trap 'mv -f "$undo" "$file"; exit 1' HUP INT TERM PIPE
mv -f "$new" "$file" || fail "cannot replace $file"
say removed "$file"
answer=
read -r answer
if [ "$answer" = keep ]; then
  rm -f "$undo"
  say kept "$file"
else
  mv -f "$undo" "$file"
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

    It continues only with `KEEP` on its stdin, and undoes everything otherwise.
    """
    blobs = [base64.b64encode(blob).decode() for blob in old]
    body = _REMOVE.replace("@OLD@", " ".join(blobs))
    body = body.replace("@PATTERNS@", " ".join(f"-e {blob}" for blob in blobs))
    return _script(body, line, mark)


def _script(body: str, line: PublicLine, mark: str) -> str:
    script = _FRAME.replace("@BODY@", body).replace("@BLOB@", line.blob)
    script = script.replace("@ALGORITHM@", line.algorithm)
    return script.replace("@MARK@", mark)
