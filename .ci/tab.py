"""Send a TAB to bash, zsh and fish as a user's own start: python .ci/tab.py BIN [FPATH].

BIN is where lskeys was installed to; FPATH, where it is given, is what README has put in ~/.zshrc.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.shells import PROMPT, TAB, terminal

BIN, *FPATH = sys.argv[1:]
NAMES = ("ci-deploy", "laptop", "LightsailDefaultKeyPair", "old-desktop", "web-production")
OPTIONS = ("all-regions", "columns", "include-default")  # fish draws the dashes apart
# Shell → what it reads at its start: its prompt, and what turns its completion on.
STARTS = {
    "bash": (".bashrc", f"PS1='{PROMPT}'; . /usr/share/bash-completion/bash_completion"),
    "zsh": (
        ".zshrc",
        f"PS1='{PROMPT}'; fpath+=({' '.join(FPATH)}); autoload -Uz compinit; compinit",
    ),
    "fish": (".config/fish/config.fish", f"function fish_prompt; echo -n '{PROMPT}'; end"),
}

for shell, (file, start) in STARTS.items():
    path = shutil.which(shell)
    if path is None:
        print(f"left out: there is no {shell} here")
        continue
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / file).parent.mkdir(parents=True, exist_ok=True)
        (Path(home) / file).write_text(f"{start}\n")
        environ = {
            "HOME": home,
            "PATH": f"{BIN}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "LSKEYS_SANDBOX": "1",
            # What desktops set; fish reads vendor files of /usr/local because of it.
            "XDG_DATA_DIRS": "/usr/local/share:/usr/share",
            "XDG_DATA_HOME": os.environ.get("PIPX_COMPLETION_DIR", f"{home}/.local/share"),
        }
        # Where these are missing, fish makes them in the background, beyond the end of this.
        made = Path(environ["XDG_DATA_HOME"], "fish", "generated_completions")
        made.mkdir(parents=True, exist_ok=True)
        # bash lists at the second TAB; the others do at the first.
        tabs = TAB * 2 if shell == "bash" else TAB
        with terminal([path], environ, Path(home)) as at:
            at.until(PROMPT)
            at.type(f"lskeys delete {tabs}")
            at.until(*NAMES)
            at.type(f"\x15lskeys list --{tabs}")
            at.until(*OPTIONS)
    print(f"{shell}: names and options")
