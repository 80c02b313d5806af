"""Write or check what derives from the code, the rules and the measurements: the pages of docs/, and the demo's export.

python docs/generate.py           writes them and removes those that nothing derives any more
python docs/generate.py --check   writes nothing; status 1 and the list of stale files if there are any
"""

import sys
from collections.abc import Mapping
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
OWNED = ("rules", "schemas")
"""Folders under docs/ that hold nothing but generated files."""


def derive() -> dict[str, str]:
    """Return the text of every generated file by its path from docs/; raises ValueError where a source is faulty."""
    from flowlint.cli.app import flowlint
    from flowlint.cli.schema import SCHEMAS, schema_text
    from flowlint.engine.rulefile import load_rules
    from pages import commands, demo, exports, mapping, output, precision, rule_files, rule_sql, rules, schemas, views
    from pages.blocks import fill

    catalogue = load_rules()
    if catalogue.faults:
        raise ValueError("\n".join(str(fault) for fault in catalogue.faults))
    package = ROOT / "flowlint"
    blocks = {
        "exports.md": exports.blocks(),
        "mapping.md": mapping.blocks(package),
        "output.md": output.blocks(package),
    }
    return {
        **{name: fill(name, (DOCS / name).read_text("utf-8"), made) for name, made in blocks.items()},
        **views.pages(ROOT),
        **rules.pages(catalogue.rules),
        **rule_files.pages(ROOT),
        **rule_sql.pages(),
        **commands.pages(flowlint),
        **demo.pages(ROOT),
        **precision.pages(ROOT, {rule.id: rule.name for rule in catalogue.rules}),
        **schemas.pages({name: schema_text(name) for name in SCHEMAS}),
    }


def stale(texts: Mapping[str, str], folder: Path) -> list[Path]:
    """List the files under ``folder`` that differ from ``texts``, are missing, or should not be there."""
    there = {path for owned in OWNED for path in (folder / owned).glob("*") if path.is_file()}
    due = {folder / name: text.encode() for name, text in texts.items()}
    differing = {path for path, text in due.items() if not path.is_file() or path.read_bytes() != text}
    return sorted(differing | (there - due.keys()))


def write(texts: Mapping[str, str], folder: Path) -> list[Path]:
    """Bring the files under ``folder`` in line with ``texts``; returns those that were changed or removed."""
    changed = stale(texts, folder)
    for path in changed:
        text = texts.get(path.relative_to(folder).as_posix())
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
    return changed


def main(arguments: list[str]) -> int:
    """Run the command; the exit status is 1 for stale files, 2 for a faulty source or wrong use."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    # What is documented is the checkout that this file stands in, whatever is installed.
    sys.path[:0] = [str(ROOT), str(DOCS)]
    try:
        texts = derive()
    except ValueError as fault:
        print(fault, file=sys.stderr)
        return 2
    if not arguments:
        for path in write(texts, DOCS):
            print(f"{'wrote' if path.exists() else 'removed'} {path.resolve().relative_to(ROOT)}")
        return 0
    found = stale(texts, DOCS)
    for path in found:
        print(f"stale: {path.resolve().relative_to(ROOT)}")
    if found:
        print("run: python docs/generate.py")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
