"""Print the lowest declared version of every runtime dependency as a pip constraint."""

import re
import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["project"]
declared = [*project["dependencies"], *project["optional-dependencies"]["testing"]]
for requirement in declared:
    name, version = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?>=([0-9.]+)", requirement).groups()
    print(f"{name}=={version}")
# Later pyparsing warns at names that the lowest matplotlib calls.
print("pyparsing<3.3")
