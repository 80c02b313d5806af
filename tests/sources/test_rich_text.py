"""Wiki markup and Markdown come to the same plain form as ADF, by SQL as by Python; ordinary text stays as it is."""

import json

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowlint.snapshot.database import insert
from flowlint.sources.adf import to_text as adf_text
from flowlint.sources.markup import to_text
from flowlint.sources.rich_text import fill_plain

ORDINARY = [
    "2*3*4 and a * b * c",
    "snake_case, _private, __init__.py and C:\\temp\\_new",
    "h2 in words, h2.database and oh1. what",
    "https://one.example/_a_/b*c*d-e-/?q=[x] (see there)",
    "-5 degrees, 10 - 20, well-known - or so",
    "#hashtag and issue #12",
    "C# is fine, C++ and D++ too",
    "rm *.txt *.log; f(*args, **kw); int *p, *q",
    "[FE] Buy [start|stop] arr[0](x) [ ] maybe",
    "Hello! World! What?! Yes!",
    "it`s what they don`t say",
    "${HOME} {id} {{}} a | b",
    "~5 minutes, ~/bin, a~b~c",
    "5 > 3\n> 2",
    "1. Mai 2026\nis a day",
    "2024. That was a year.\n1.5 times",
    "a ^ b, x^2^3 and 50%",
    "+1 from me +2 from you",
    "--option -v value --other-",
    "{code} that nothing closes",
    "- one\n- two\n  - three",
    "a\n\nb\n\n\n\nc  \n",
    "=== no title",
    " Outcome: shorter queues ",
]
SAME = {
    "heading": ("h2. Outcome\nShorter", "## Outcome\nShorter", "Outcome\n-------\nShorter"),
    "bold line": ("*Outcome:*\nShorter", "**Outcome:**\nShorter", "__Outcome:__\nShorter"),
    "items": ("* a\n** b\n* c", "- a\n  - b\n- c", "- a\n    - b\n- c", "+ a\n   + b\n+ c"),
    "boxes": ("- [ ] a\n- [x] b", "* [ ] a\n* [X] b"),
    "words": ("*bold* _it_ {{m*n*}} -gone-", "**bold** _it_ `m*n*` ~~gone~~"),
    "link": ("see [the page|https://one.example/_a_]", "see [the page](https://one.example/_a_)"),
    "image": ("!chart.png|width=300!", "![chart.png](https://one.example/chart.png)"),
    "code": ("{code:java}\n# x\n* y\n{code}\nz", "```java\n# x\n* y\n```\nz", "{noformat}\n# x\n* y\n{noformat}\nz"),
    "table": ("||a||b||\n|c|*d*|", "| a | b |\n|---|:-:|\n| c | **d** |"),
}
PLAIN = {
    "heading": "## Outcome\nShorter",
    "bold line": "###### Outcome:\nShorter",
    "items": "- a\n  - b\n- c",
    "boxes": "- a\n- b",
    "words": "bold it m*n* gone",
    "link": "see the page",
    "image": "chart.png",
    "code": "\t# x\n\t* y\nz",
    "table": "a | b\nc | d",
}


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays_as_it_is(text):
    """What could be ordinary text is never taken for markup."""
    assert to_text(text) == text


@pytest.mark.parametrize(("name", "text"), [(name, text) for name in PLAIN for text in SAME[name]])
def test_wiki_markup_and_markdown_come_to_the_same(name, text):
    """Whatever a text is written in, its plain form is one."""
    assert to_text(text) == PLAIN[name]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# a\n# b\n## c\n#* d", "- a\n- b\n  - c\n  - d"),
        ("1. a\n2. b\n\nthen\n\n3) c", "- a\n- b\n\nthen\n\n- c"),
        ("# Outcome\nShorter\n\n## Metric ##\nminutes", "# Outcome\nShorter\n\n## Metric\nminutes"),
        ("# Outcome\n## Metric\nminutes", "# Outcome\n## Metric\nminutes"),
        ("Steps:\n# euca-run\nout", "Steps:\n- euca-run\nout"),
        ("# Press it\n\n# Wait\n\n# Look", "- Press it\n\n- Wait\n\n# Look"),
        ("# Learn C#\ntext", "# Learn C#\ntext"),
        ("Report\n======\ntext", "# Report\ntext"),
        ("Kind regards of all of us\n----\nKim", "Kind regards of all of us\n\nKim"),
        ("{panel:title=Outcome|borderStyle=dashed}\nShorter\n{panel}\nmore", "###### Outcome\nShorter\nmore"),
        ("{expand:Details}x{expand}", "###### Details\nx"),
        ("{color:#ff0000}*Outcome*{color}\nx {color:red}y{color}", "###### Outcome\nx y"),
        ("{*}Outcome{*}\na{*}b{*}", "###### Outcome\nab"),
        ("{quote}said{quote}\nbq. and this", "said\nand this"),
        ("ask [~kim] and [~accountid:70:a-b], see [^log.txt] [#top]", "ask @kim and @70:a-b, see log.txt #top"),
        ("one \\\\ two\\\\\nthree \\[x\\] snake\\_case", "one \ntwo\n\nthree [x] snake_case"),
        ("*30 % fewer calls.*\nby July", "30 % fewer calls.\nby July"),
        ("why\n*Outcome*", "why\nOutcome"),
        ("*Outcome:* fewer calls\n_*Metric*_: calls", "Outcome: fewer calls\nMetric: calls"),
        ("h3. *Outcome*\n|a|", "### Outcome\na"),
        ("a&nbsp;b {status:title=LATE|colour=Red}", "a b LATE"),
        ("x\r\n\r\nh1. Outcome\r\ny\r\n", "x\n\n# Outcome\ny"),
        ("~~~\n# x\n~~~\n```\nunclosed", "\t# x\n```\nunclosed"),
        ('{adf}{"type":"taskList","content":[{"type":"taskItem","content":[{"type":"text","text":"a"}]}]}{adf}', "- a"),
        ("{adf}no{adf}", "\tno"),
    ],
)
def test_constructs(text, expected):
    """Each construct is decided by itself, with the lines around it."""
    assert to_text(text) == expected


def test_a_filled_in_page_is_the_same_in_all_three_forms():
    """Headings, bold titles, lists, code and tables of one page, written three times."""
    wiki = "h2. Why\nQueues are long.\n\nh2. Outcome\n*Metric*\n* minutes\n** at noon\n\n{code}\n# run\n{code}\n\n|was|9|\n"
    markdown = (
        "## Why\nQueues are long.\n\n## Outcome\n**Metric**\n- minutes\n  - at noon\n\n```\n# run\n```\n\n| was | 9 |\n"
    )

    def node(kind, *content, **more):
        return {"type": kind, "content": list(content), **more}

    def paragraph(text, **more):
        return node("paragraph", {"type": "text", "text": text, **more})

    title = node("listItem", paragraph("minutes"), node("bulletList", node("listItem", paragraph("at noon"))))
    row = node("tableRow", node("tableCell", paragraph("was")), node("tableCell", paragraph("9")))
    document = node(
        "doc",
        node("heading", {"type": "text", "text": "Why"}, attrs={"level": 2}),
        paragraph("Queues are long."),
        node("heading", {"type": "text", "text": "Outcome"}, attrs={"level": 2}),
        paragraph("Metric", marks=[{"type": "strong"}]),
        node("bulletList", title),
        node("codeBlock", {"type": "text", "text": "# run"}),
        node("table", row),
    )
    plain = "## Why\nQueues are long.\n\n## Outcome\n###### Metric\n- minutes\n  - at noon\n\n\t# run\n\nwas | 9"
    assert [to_text(wiki), to_text(markdown), adf_text(document)] == [plain] * 3


WORDS = st.lists(
    st.sampled_from(["Outcome", "queues", "zwei", "\u6f22\u5b57", "30", "\u00e9t\u00e9"]), min_size=1, max_size=4
)
QUIET = st.sampled_from([" ", " ", ", ", ". ", "\n", "\n\n", "'s ", " (", ") ", ": ", "? ", "; "])


@given(st.lists(st.tuples(WORDS, QUIET), max_size=8))
def test_text_without_markup_survives_unchanged(parts):
    """Words, punctuation and line breaks are no markup."""
    text = "".join(" ".join(words) + sign for words, sign in parts)
    assert to_text(text) == text


SIGNS = st.sampled_from(
    [
        "*",
        "**",
        "_",
        "-",
        "+",
        "~~",
        "`",
        "{{",
        "}}",
        "|",
        "||",
        "!",
        "[",
        "]",
        "{quote}",
        "{panel}",
        "{color:red}",
        "{color}",
        "{code}",
        "```",
        "=====",
        "-----",
        "# ",
        "## ",
        "* ",
        "** ",
        "- ",
        "h2. ",
        "bq. ",
        "\n",
        "\n\n",
        " ",
        "\n----\n",
    ]
)


@given(st.lists(st.one_of(SIGNS, st.sampled_from(["queues", "Outcome", "zwei"])), max_size=25))
def test_no_word_is_lost(parts):
    """Signs go, words stay, in their order."""
    words = [part for part in parts if part in ("queues", "Outcome", "zwei")]
    kept = to_text("".join(parts))
    found = []
    while kept:
        word = next((word for word in ("queues", "Outcome", "zwei") if kept.startswith(word)), None)
        found += [word] if word else []
        kept = kept[len(word or " ") :]
    assert found == words


@given(st.text())
def test_any_text_gives_text(text):
    """Text comes from strangers."""
    assert isinstance(to_text(text), str)


MIXED = st.lists(
    st.one_of(
        SIGNS,
        st.sampled_from(
            ["a", "Word", "two words", "\u00e9", "9", ":", "%", ".", "?", "(", "/", "'", '"', "\t", "\u00a0", "\u0301"]
        ),
        st.sampled_from(
            ["h1. ", "h3.", "1. ", "2. ", "\r\n", "[x] ", "[a|http://b.c]", "http://x.y/*a", "\\", "&nbsp;", "\n\n\n"]
        ),
    ),
    max_size=14,
).map("".join)
EASY = st.lists(
    st.sampled_from(
        ["* ", "** ", "# ", "# a\n# b\n", "h3. ", "*", "Word", "two words", " ", "\n", "\n\n", ":", "a", ".", "- ", "'"]
    ),
    max_size=14,
).map("".join)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.one_of(MIXED, EASY), min_size=1, max_size=200), st.booleans())
def test_sql_finds_every_rich_text_and_reads_as_python_does(texts, ascii_only):
    """A text that SQL passes over is plain, and one that it reads itself comes to what Python makes of it."""
    with duckdb.connect() as db:
        db.execute("CREATE TEMP TABLE given (value JSON)")
        insert(db, "given", ["value"], [(json.dumps(text, ensure_ascii=ascii_only),) for text in texts])
        fill_plain(db, "given", "value", "made")
        plain = dict(db.execute("SELECT row, plain FROM made").fetchall())
    for row, text in enumerate(texts):
        assert plain.get(row, text.replace("\r\n", "\n")) == to_text(text)


def test_other_values_than_texts_and_documents_are_left_alone():
    """Options, numbers and lists are no rich text."""
    values = [{"type": "doc", "content": []}, {"value": "*x*"}, 5, None, ["*x*"], "x", True]
    with duckdb.connect() as db:
        db.execute("CREATE TEMP TABLE given (value JSON)")
        insert(db, "given", ["value"], [(json.dumps(value),) for value in values])
        fill_plain(db, "given", "value", "made")
        assert db.execute("SELECT row, plain FROM made").fetchall() == [(0, "")]
