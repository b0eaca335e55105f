"""Errors of YAML syntax in the words of who writes the file, not of the parser."""

from ipabs.errors import Finding, Place, finding

# What the parser says in its own terms, and what the writer of the file can do about it.
INDENTED = "the line is not indented like those before it"
QUOTED = "the quotation mark that opens here is not closed"
PROBLEMS = (
    (
        "mapping values are not",
        "yaml.syntax_colon",
        "no key can stand here; mend the indentation, or quote text that holds a colon",
    ),
    ("expected <block end>", "yaml.syntax_indent", INDENTED),
    ("expected '<document start>'", "yaml.syntax_indent", INDENTED),
    ("sequence entries are not", "yaml.syntax_list", "a list begins on a line of its own"),
    ("could not find expected ':'", "yaml.syntax_key", "a key needs a colon and a space behind it"),
    ("expected ',' or", "yaml.syntax_bracket", "a comma or a closing bracket is missing before this"),
    ("expected the node content", "yaml.syntax_value", "a value is missing before this"),
    ("found unexpected end of stream", "yaml.syntax_quote", QUOTED),
    ("found character", "yaml.syntax_start", "no value begins like this; put it in quotation marks"),
)


def syntax_fault(error: Exception, text: str, *, file: str) -> Finding:
    """The finding about the error that ended the reading of `text`.

    >>> from ruamel.yaml import YAML
    >>> try:
    ...     list(YAML(typ="safe", pure=True).parse("coupon: 3%: 4%"))
    ... except Exception as error:
    ...     print(syntax_fault(error, "coupon: 3%: 4%", file="deal.yaml"))
    deal.yaml:1:11: no key can stand here; mend the indentation, or quote text that holds a colon
    """
    problem = str(getattr(error, "problem", None) or error).splitlines()[0]
    code, template = next(
        ((code, said) for sign, code, said in PROBLEMS if problem.startswith(sign)),
        ("yaml.syntax", "this is not YAML: {problem}"),
    )
    opening = getattr(error, "context_mark", None)
    mark = (opening if template == QUOTED else getattr(error, "problem_mark", None)) or opening
    position = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    place = Place(file=file, line=position[0], column=position[1])
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if mark and "\t" in (line[: len(line) - len(line.lstrip())] + line[mark.column : mark.column + 1]):
        return finding("yaml.tab", "a tab stands where YAML wants spaces; write spaces", place=place)
    return finding(code, template, place=place, got=line.strip()[:60], problem=problem)
