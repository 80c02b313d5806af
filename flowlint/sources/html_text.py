"""HTML of descriptions to the wiki text it was made of: headings, lists and line breaks stay, the rest is plain."""

from html.parser import HTMLParser

BLOCKS = frozenset({"p", "div", "table", "tr", "ul", "ol", "blockquote", "pre", "hr", "section"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BOLD = frozenset({"b", "strong"})
LEFT_OUT = frozenset({"script", "style", "head", "title"})


def text_of(html: str) -> str:
    """Return the text of a piece of HTML; what is no HTML comes back as it is."""
    if "<" not in html and "&" not in html:
        return html.strip()
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.lists: list[str] = []
        self.hidden = 0
        self.preformatted = 0

    def text(self) -> str:
        """Return what was read, without blank lines in a row."""
        lines = [line.rstrip() for line in "".join(self.parts).split("\n")]
        kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
        return "\n".join(kept).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  the parser gives it
        if tag in LEFT_OUT:
            self.hidden += 1
        elif tag in HEADINGS:
            self._line(f"{tag}. ")
        elif tag in BOLD:
            self.parts.append("*")
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            marks = "".join("#" if name == "ol" else "*" for name in self.lists[-9:]) or "*"
            self._line(f"{marks} ")
        elif tag in BLOCKS:
            self._line("")
            if tag in ("ul", "ol"):
                self.lists.append(tag)
            self.preformatted += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in LEFT_OUT:
            self.hidden = max(self.hidden - 1, 0)
        elif tag in BOLD:
            self.parts.append("*")
        elif tag in ("td", "th"):
            self.parts.append(" ")
        elif tag in BLOCKS or tag in HEADINGS or tag == "li":
            if tag in ("ul", "ol") and self.lists:
                self.lists.pop()
            self.preformatted = max(self.preformatted - (tag == "pre"), 0)
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if self.preformatted:
            self.parts.append(data)
            return
        plain = " ".join(data.split())
        if plain:
            before = " " if data[:1].isspace() and self.parts and not self.parts[-1].endswith((" ", "\n")) else ""
            after = " " if data[-1:].isspace() else ""
            self.parts.append(f"{before}{plain}{after}")
        elif self.parts and not self.parts[-1].endswith((" ", "\n")):
            self.parts.append(" ")

    def _line(self, start: str) -> None:
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")
        if start:
            self.parts.append(start)
