"""Print the lowest allowed version of each dependency, in pip's spelling."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
pinned = [re.sub(r">=([\w.]+).*", r"==\1", each) for each in project["dependencies"]]
print(*pinned)
