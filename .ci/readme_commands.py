"""Print the commands that README.md promises to work on a fresh machine, one a line.

    python .ci/readme_commands.py README.md

These are the lines inside fenced blocks that begin by making a virtual environment.
"""

import sys
from pathlib import Path

BEGINNING = "python3 -m venv "


def commands(readme: str) -> list[str]:
    """Return the lines of the fenced blocks that make an environment, in order."""
    found, fenced = [], False
    for line in readme.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced and line.startswith(BEGINNING):
            found.append(line)
    return found


if __name__ == "__main__":
    print("\n".join(commands(Path(sys.argv[1]).read_text(encoding="utf-8"))))
