"""What tells one finding from another for good, over runs, renamed issues and reworded rules."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from flowlint.engine.rule import Rule
from flowlint.verdict.message import encode, plain


def first_code(rule: Rule) -> str:
    """Return the code that the rule had first."""
    return rule.aliases[0] if rule.aliases else rule.id


def fingerprint(rule: Rule, source: str, subject_id: str, evidence: Mapping[str, object]) -> str:
    """Return the SHA-256, in hex, of the rule's first code, the source, the tracker's id and the identity's values.

    Key, texts, level and line have no part in it, so that none of them makes a known finding new.
    """
    identity = [plain(evidence.get(name)) for name in rule.identity]
    return _digest((first_code(rule), source, subject_id, identity))


def group_id(rule: Rule, project: str | None, cause: Sequence[str]) -> str:
    """Return the name of all findings of one rule, project and cause: 16 hex digits."""
    return _digest((first_code(rule), project, list(cause)))[:16]


def _digest(parts: Sequence[object]) -> str:
    return sha256(encode(plain(parts)).encode()).hexdigest()
