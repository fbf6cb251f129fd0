"""Check that a CycloneDX bill of materials names what is needed: python .ci/bill.py FILE."""

import json
import re
import sys
import tomllib
from pathlib import Path

bill = json.loads(Path(sys.argv[1]).read_text())
project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
needed = {re.split(r"[^\w.-]", each)[0] for each in project["dependencies"]}
named = {each["name"]: each for each in bill["components"]}
assert bill["bomFormat"] == "CycloneDX", bill["bomFormat"]
assert needed | {"lskeys", "botocore"} <= set(named), sorted(needed - set(named))
assert all(each.get("version") and each.get("purl") for each in named.values())
assert not {"pip", "pytest"} & set(named), "what lskeys does not need"
assert "file:" not in json.dumps(bill), "a trace of where it was built"
print(f"bill of materials: {len(named)} packages")
