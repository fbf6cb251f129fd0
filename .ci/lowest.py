"""Print the lowest version of each dependency that is tested, in pip's spelling."""

import re
import tomllib
from pathlib import Path

BELOW = (
    "jmespath==1.0.0",
    "python-dateutil==2.8.2",
    "s3transfer==0.19.0",
    "urllib3==1.26.18",  # the line before 2, which distributions still ship
)
"""What the dependencies need themselves, as old as botocore allows and current Pythons can read."""

project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
pinned = [re.sub(r">=([\w.]+).*", r"==\1", each) for each in project["dependencies"]]
# A boto3 needs the botocore of its own version, or a later patch of it.
botocore = [each.replace("boto3", "botocore") for each in pinned if each.startswith("boto3")]
print(*pinned, *botocore, *BELOW)
