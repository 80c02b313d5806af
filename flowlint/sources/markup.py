"""Jira's wiki markup and Markdown to the plain form of :mod:`flowlint.sources.layout`.

One text often holds both, so which of them is meant is decided for each construct. What could as well be
ordinary text stays as it is: ``2*3*4``, ``snake_case``, ``-5 degrees``, ``#hashtag``. Text comes from
strangers: every pattern stops at its own sign or at the end of the line, so that none takes more than linear time.
"""

import json
import re

from flowlint.sources import adf, layout
from flowlint.sources.markup_lines import arranged

_STASHED = re.compile("\x00([0-9]+)\x00")
_TAG = re.compile(r"\{(code|noformat|adf)(?::[^{}\n]*)?\}")
_FENCE = re.compile(r"^[ \t]*(```+|~~~+)[^`\n]*$", re.MULTILINE)
_ESCAPED = re.compile(
    r"(?P<path>\b[A-Za-z]:\\\S*|\\\\(?=\w)\S*)|\\(?<!\\\\)(?:([*_{}\[\]()|!#+\-~`])|\\(?:[ \t]+|(?=\n|\Z)))"
)
_LITERAL = re.compile(r"\{\{([^{}\n]+)\}\}|`(?<![\w`]`)([^`\n]+)`(?!`)")
_TARGET = r"(?:(?:https?|ftp|file|mailto|tel|notes|onenote|smb|ssh|git):|www\.|[#/])[^\s\]|]*"
_LINK = re.compile(
    rf"\[([^\[\]|\n]*)\|(?:{_TARGET}|[\^~][^\]|\n]*)(?:\|[a-z-]*)?\]"
    r"|\[~(?:accountid:)?(?P<person>[^\[\]|\n]+)\]"
    rf"|\[(?P<kept>\^[^\[\]|\n]+|{_TARGET})\]"
    r"|\[(?P<label>[^\[\]\n]*)\]\(<?(?P<target>[^\s()<>]*[./#:][^\s()<>]*)>?(?:[ ]\"[^\"\n]*\")?\)"
)
_ALTERNATIVE = re.compile(r"!\[(?=[^\[\]\n]*\]\()")
_IMAGE = re.compile(r"!([^\s!|]+\.[A-Za-z0-9]{2,5}|https?://[^\s!|]+)(?:\|[^!\n]*)?!")
_ADDRESS = re.compile(r"[hf](?<!\w[hf])(?:ttps?|tp|ile)://[^\s|\[\]{}<>\"]+(?<![*_.,;:!?)'+-])")
_BLOCK = re.compile(
    r"\n?\{(?:quote|section|column|(?P<titled>panel|expand|info|note|tip|warning))(?::(?P<parameters>[^{}\n]*))?\}\n?"
)
_MACRO = re.compile(
    r"\{(?:status:(?P<status>[^{}\n]*)|(?:color|anchor|toc|center|left|right|div|span)(?::[^{}\n]*)?|[*_+\-])\}"
)
_BRACED_BOLD = re.compile(r"^([ \t]*)\{\*\}([^{}\n]+)\{\*\}([ \t]*:?[ \t]*)$", re.MULTILINE)
_TITLE = re.compile(r"(?:^|\|)title=([^|]*)")
_BEFORE = r" \t\n\u00a0(\[*_>"
_AFTER = r"(?=[\s.,;:!?)\]*_]|\Z)"
# Each begins with its own sign, and looks back from there: patterns that begin with a look-back are ten times slower.
_STRONG = re.compile(r"\*(?<![\w*\x00]\*)(?=[^\s*.,;:/)\]}=|<>&])([^*\n]+)(?<=[^\s*(\[{/])\*(?![\w*])")
_EMPHASIS = (
    ("**", re.compile(r"\*\*(?<![\w*\x00]\*\*)\*?(?=[^\s*])([^*\n]+)(?<=[^\s*])\*\*\*?(?![\w*])")),
    ("*", _STRONG),
    ("__", re.compile(r"__(?<![\w_]__)(?=[^\s_])([^_\n ]+ [^_\n]*)(?<=[^\s_])__(?![\w_])")),
    ("_", re.compile(r"_(?<![\w_/\\.:$%\x00-]_)(?=[^\s_])([^_\n]+)(?<=[^\s_])_(?![\w_/\\])")),
    ("*", _STRONG),  # what stood within the last
    ("~~", re.compile(r"~~(?<![\w~]~~)(?=[^\s~])([^~\n]+)(?<=[^\s~])~~(?![\w~])")),
    ("+", re.compile(rf"\+(?<![^{_BEFORE}]\+)(?=[^\W\d_])([^+\n]+)(?<=[\w.:!?)])\+{_AFTER}")),
    ("-", re.compile(rf"-(?<![^{_BEFORE}]-)(?=[^\W\d_])([^-\n]+)(?<=[\w.:!?)])-{_AFTER}")),
)
_BLANK_LINES = re.compile(r"\n{3,}")


def to_text(text: str) -> str:
    """Return a text in the plain form; one without markup comes back as it is."""
    text = text.replace("\r\n", "\n").replace("\x00", " ")
    stash = _Stash()
    plain = stash.code(text)
    if "\\" in plain:
        plain = _ESCAPED.sub(stash.escaped, plain)
    if "{{" in plain or "`" in plain:
        plain = _LITERAL.sub(lambda found: stash.keep(found[1] or found[2]), plain)
    if "[" in plain:
        plain = _LINK.sub(stash.link, _ALTERNATIVE.sub("[", plain))
    if "!" in plain:
        plain = _IMAGE.sub(lambda found: stash.keep(found[1]), plain)
    if "://" in plain:
        plain = _ADDRESS.sub(lambda found: stash.keep(found[0]), plain)
    if "{" in plain:
        plain = _MACRO.sub(_macro, _BRACED_BOLD.sub(r"\1*\2*\3", _BLOCK.sub(_block, plain)))
    plain = arranged(plain.replace("&nbsp;", " "))
    for sign, pattern in _EMPHASIS:
        if sign in plain:
            plain = pattern.sub(r"\1", plain)
    plain = stash.restored(plain)
    return text if plain == text else layout.finished(_BLANK_LINES.sub("\n\n", plain))


class _Stash:
    """What no pattern may look into, put aside while the rest is read: code, addresses, escaped signs."""

    def __init__(self) -> None:
        self._kept: list[str] = []

    def keep(self, text: str) -> str:
        """Put a text aside and return what stands in its place."""
        self._kept.append(text)
        return f"\x00{len(self._kept) - 1}\x00"

    def restored(self, text: str) -> str:
        """Return a text with everything back in place."""
        return _STASHED.sub(lambda found: self._kept[int(found[1])], text) if self._kept else text

    def code(self, text: str) -> str:
        """Return a text with its blocks of code put aside; a block that nothing closes is none."""
        tags = [*_TAG.finditer(text)] if "{" in text else []
        if "```" in text or "~~~" in text:
            tags = sorted([*tags, *_FENCE.finditer(text)], key=lambda found: found.start())
        parts: list[str] = []
        done = 0
        for opening, closing in _pairs(tags) if tags else ():
            inner = text[opening.end() : closing.start()]
            parts += [text[done : opening.start()].removesuffix("\n"), self.keep(_code(opening[1], inner))]
            done = closing.end() + text.startswith("\n", closing.end())
        return "\n".join([*parts, text[done:]])

    def escaped(self, found: re.Match[str]) -> str:
        """Return what a backslash stands for: the sign after it, or two of them for a new line."""
        return self.keep(found["path"] or found[2]) if found["path"] or found[2] else "\n"

    def link(self, found: re.Match[str]) -> str:
        """Return what people see of a link or a mention."""
        if found["person"]:
            return self.keep(f"@{found['person']}")
        if found["kept"]:
            return self.keep(found["kept"].lstrip("^"))
        return found["label"] or self.keep(found["target"]) if found["target"] else found[1]


def _pairs(tags: list[re.Match[str]]) -> list[tuple[re.Match[str], re.Match[str]]]:
    """Return each opening tag of a block with the tag that closes it: the next of its own kind."""
    kinds = [found[1][:3] for found in tags]
    following: dict[str, int] = {}
    closing = [-1] * len(tags)
    for position in range(len(tags) - 1, -1, -1):
        closing[position] = following.get(kinds[position], -1)
        following[kinds[position]] = position
    pairs: list[tuple[re.Match[str], re.Match[str]]] = []
    position = 0
    while position < len(tags):
        end = closing[position]
        if end > 0:
            pairs.append((tags[position], tags[end]))
            position = end
        position += 1
    return pairs


def _code(kind: str | None, inner: str) -> str:
    if kind == "adf":  # what Jira's wiki markup has no words for
        try:
            return adf.to_text(json.loads(inner, strict=False))
        except (ValueError, RecursionError):
            pass
    return layout.code(inner)


def _block(found: re.Match[str]) -> str:
    """Return what a panel or the like leaves: its title, as a heading."""
    parameters = found["parameters"] or ""
    title = _named_title(parameters) if found["titled"] else ""
    if found["titled"] == "expand" and "=" not in parameters:
        title = parameters
    return f"\nh{layout.LOWEST}. {title.strip()}\n" if title.strip() else "\n"


def _macro(found: re.Match[str]) -> str:
    return _named_title(found["status"] or "")


def _named_title(parameters: str) -> str:
    found = _TITLE.search(parameters)
    return found[1] if found else ""
