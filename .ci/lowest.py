"""Print the lowest versions that pyproject.toml allows, as a pip constraints file.

    python .ci/lowest.py [pyproject.toml]

Every requirement of the package, of its extra `dev` and of the build system must read
`name>=version`, further bounds after a comma; anything else is an error, since its lower bound could
not be proven.
"""

import re
import sys
import tomllib
from pathlib import Path

REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)>=(?P<version>[0-9][0-9A-Za-z.]*)(?:,[<!][^,]+)*")


def lowest(requirements: list[str]) -> list[str]:
    """Turn `name>=version` into `name==version`; raises ValueError on any other form."""
    constraints = []
    for requirement in requirements:
        match = REQUIREMENT.fullmatch(requirement.replace(" ", ""))
        if match is None:
            message = f"{requirement!r} has no lower bound of the form name>=version"
            raise ValueError(message)
        constraints.append(f"{match['name']}=={match['version']}")
    return sorted(constraints)


def main(arguments: list[str]) -> int:
    """Print the constraints; the exit status is 2 where a requirement has another form."""
    path = Path(arguments[0]) if arguments else Path(__file__).parents[1] / "pyproject.toml"
    pyproject = tomllib.loads(path.read_text(encoding="utf-8"))
    project = pyproject["project"]
    try:
        lines = lowest(
            [
                *project["dependencies"],
                *project["optional-dependencies"]["dev"],
                *pyproject["build-system"]["requires"],
            ]
        )
    except ValueError as fault:
        print(f"{path}: {fault}", file=sys.stderr)
        return 2
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
