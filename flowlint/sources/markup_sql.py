"""What SQL alone can do of :mod:`.markup`: find the texts that may hold markup, and read those that hold little.

SQL is several times as fast as Python here. So the commonest marks of wiki markup (headings, items, bold) are read by
SQL where a text holds no others, and nothing that needs the lines around it: there it gives what Python gives, else NULL.
"""

from collections.abc import Mapping

from flowlint.sources.layout import LONGEST_TITLE

SURE = ("*", "{", "|", "`", r"\\", "~~", "](", "&nbsp;")
"""What mostly is markup, as JSON writes it. Looking for such a sign costs a tenth of a pattern."""
PERHAPS = ("#", "_", "+", "!", "-", "[", "=", r"\nh", r"\n ", r"\nbq", r"\n1", r"\n01", r"\n\t")
"""What is markup in certain places only: where one of these is, the pattern decides."""
_START = r'(?:^"|\\[nr])(?: |\\t)*'
PATTERN = "|".join(
    (
        rf"{_START}(?:[#+-]*[#+][#+-]*(?: |\\t)|-{{3,}}|={{3,}}|h[1-6][.]|bq[.]|0*1[.)]|-(?: |\\t)+\[)",
        r'(?:^"|\\[nr])(?: |\\t)+-(?: |\\t)',
        r"__|(?:[^a-zA-Z0-9_]|\\[nrt])_[^ ]",
        r'(?:^"|\\[nrt]|\\u00a0|[^!-~]|[(\[*_>])[+-](?:[^ "\\+-]|\\u)',
        r"\[(?:[~^#/]|www[.]|[a-z]+:)|![^ !]*[.][A-Za-z0-9]{2,5}[!|]|!https?:",
    )
)

BREAK = "\n"
_BLANK = r"\s\pZ\x{1c}-\x{1f}\x{85}"
_HARD_SIGNS = ("{", "|", "`", "\\", "~~", "](", "&nbsp;", "\n##", "\n\n\n", "\t", "\r", "\x00")
"""Signs of what SQL does not read, in a text with a line break before and after it."""
_HARD = "|".join(
    (
        r"\n +[*#+=_hbq0-9-]",
        rf"\n(?:[*#-]+|h[1-6][.]) [{_BLANK}]|\n[*#-]+ \[[ xX]?\]",
        r"\n(?:\*{4,}|\*{2,}[^* ]|\*+[#+-]|#[*+-]|-{2,}|={3,}|bq[.]|0*1[.)]|\+ )",
        r"__|[^a-zA-Z0-9_]_[^ ]|(?:[^!-~]|[(\[*_>])[+-][^ \n+-]",
        r"\[(?:[~^#/]|www[.]|[a-z]+:)|![^ !]*[.][A-Za-z0-9]{2,5}[!|]|!https?:|://[^ \n]*[*]",
    )
)
_LONE = r"(?:^|\n(?:[^#\n][^\n]*)?)\n# [^\n]*\n(?:[^#]|$)"
"""``#`` on one line alone: an item or a heading, which depends on the lines around it."""
_TITLE = r"(?m)^\*(\pL(?:[\pL\pN '/&()?:-]*[\pL\pN?])?:?)\*(:?)$"
_STRESSED = r"\n\*[^*\n]+\* *:? *\n"
_LONG_TITLE = rf"\n###### [^\n]{{{LONGEST_TITLE + 1}}}"
_FIRST = rf"[^{_BLANK}*.,;:/)\]}}=|<>&]"
_ONE = rf"[^{_BLANK}*.,;:/()\[\]{{}}=|<>&]"
_LAST = rf"[^{_BLANK}*(\[{{/]"
_BOLD = rf"([^\pL\pN_*])\*({_ONE}|{_FIRST}[^*\n]*{_LAST})\*([^\pL\pN_*])"


def rich_sql(raw: str) -> str:
    """Return the condition that JSON (as text) is an ADF document, or a text that may hold markup."""
    sure = _any(raw, SURE)
    perhaps = _any(raw, PERHAPS)
    return rf"""CASE WHEN starts_with({raw}, '{{') THEN {raw}::JSON->>'$.type' = 'doc'
        WHEN NOT starts_with({raw}, '"') THEN false WHEN {sure} THEN true
        WHEN {perhaps} OR regexp_matches({raw}, '^"(?: |\\t)*(?:h|bq|0*1)') THEN regexp_matches({raw}, '{PATTERN}') ELSE false END"""


def easy_sql(relation: str) -> str:
    """Return a SELECT of ``row`` and ``plain`` for a relation (row, text); ``plain`` is NULL where Python must read."""
    items = _replaced("t", {"# ": "- ", "* ": "- ", "** ": "  - ", "*** ": "    - "})
    headings = _replaced("l", {f"h{level}. ": f"{'#' * level} " for level in range(1, 7)})
    trimmed = "rtrim(ltrim(b, chr(10)), ' ' || chr(10))"
    return rf"""
        WITH apart AS (SELECT row, chr(10) || replace(text, chr(13) || chr(10), chr(10)) || chr(10) AS t FROM {relation}),
        easy AS (
            SELECT row, CASE WHEN {_any("t", _HARD_SIGNS)} OR regexp_matches(t, {literal(_HARD)}) THEN NULL
                WHEN contains(t, {literal(BREAK + "# ")}) AND regexp_matches(t, {literal(_LONE)}) THEN NULL ELSE t END AS t
            FROM apart
        ),
        listed AS (SELECT row, t, {items} AS l FROM easy),
        lined AS (SELECT row, t, CASE WHEN contains(l, {literal(BREAK + "h")}) THEN {headings} ELSE l END AS l FROM listed),
        titled AS (
            SELECT row, t, CASE WHEN contains(l, '*') THEN regexp_replace(l, {literal(_TITLE)}, '###### \1\2', 'g') ELSE l END AS l
            FROM lined
        ),
        bold AS (
            SELECT row, t, CASE WHEN NOT contains(l, '*') THEN l WHEN regexp_matches(l, {literal(_STRESSED)}) THEN NULL
                                ELSE regexp_replace(l, {literal(_BOLD)}, '\1\2\3', 'g') END AS b
            FROM titled
        )
        SELECT row, CASE WHEN contains(b, '*') THEN NULL WHEN b = t THEN substr(t, 2, len(t) - 2)
                         WHEN regexp_matches(b, {literal(_LONG_TITLE)}) THEN NULL
                         ELSE regexp_replace({trimmed}, '(^|\n)###### ([^\n]*)$', '\1\2') END AS plain
        FROM bold"""


def _replaced(text: str, marks: Mapping[str, str]) -> str:
    """Return the SQL that replaces each mark at a line's start."""
    for mark, plain in marks.items():
        text = f"replace({text}, {literal(BREAK + mark)}, {literal(BREAK + plain)})"
    return text


def _any(text: str, signs: tuple[str, ...]) -> str:
    return " OR ".join(f"contains({text}, {literal(sign)})" for sign in signs)


def literal(text: str) -> str:
    """Return a text of flowlint's own as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
