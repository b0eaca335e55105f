"""Columns of a tape read by the different texts in them."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ipabs._typing import BoolArray, IntArray
from ipabs.errors import Finding, Place, finding
from ipabs.io.table import Table, TextColumn
from ipabs.pool.obligation import Obligation
from ipabs.pool.tape_columns import Field, TapeMapping
from ipabs.pool.tape_words import FORMULA_ERRORS, NOTHING, WORDS, plain_heading, unknown_word

Column = npt.NDArray[Any]
YEARLY_RATES = ("contract_rate", "lease_rate", "discount_rate")
# How a rate below 0.1 begins: in percent it is hardly one, and Excel keeps 3.8 % as 0.038.
TINY = ("0.0", ".0")
PLAIN_NUMBERS = re.compile(r"(?:(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,12})?\n)*")


def distinct(texts: TextColumn) -> tuple[IntArray, Column]:
    """Which of its different texts each row of a column has, and these texts; many columns say the same in every row.

    >>> distinct(np.array(["b", "a", "b"], dtype=object))
    (array([0, 1, 0]), array(['b', 'a'], dtype=object))
    """
    if texts[0] == texts[-1] and (texts == texts[0]).all():
        return np.zeros(len(texts), dtype=np.int64), texts[:1]
    return pd.factorize(texts)


class TapeReader:
    """Reads the columns of one tape and collects what is wrong in them."""

    def __init__(self, table: Table, mapping: TapeMapping, headings: dict[str, str]) -> None:
        self.table = table
        self.headings = headings
        self.constants = {one.field: one.value for one in mapping.constants}
        self.words = dict(WORDS) | {one.word: one.means for one in mapping.words}
        stated = {name: plain_heading(heading)[1] for name, heading in headings.items()}
        self.units = {name: unit for name, unit in stated.items() if unit}
        self.units |= {one.field: one.unit for one in mapping.columns if one.unit}
        self.found: list[Finding] = []
        self.empty: dict[str, BoolArray] = {}
        self.several_kinds = False

    def has(self, name: str) -> bool:
        return name in self.headings or name in self.constants

    def place(self, row: int, name: str) -> Place:
        """The cell of a field; the row of headings for a constant."""
        if name in self.headings:
            return self.table.place(row, self.headings[name])
        return Place(file=self.table.file, line=self.table.first_row + row, path=(name,))

    def texts(self, name: str) -> TextColumn:
        if name in self.headings:
            return self.table.column(self.headings[name])
        return np.full(len(self.table), self.constants[name], dtype=object)

    def kinds(self, kinds: tuple[type[Obligation], ...]) -> IntArray:
        """Which of the kinds each row is; the first where the cell names none."""
        names = [str(vars(kind)["KIND"]) for kind in kinds]
        self.several_kinds = len(kinds) > 1
        if not self.has("kind"):
            return np.zeros(len(self.table), dtype=np.int64)

        def read(text: str) -> Any:
            if text in names:
                return names.index(text)
            return unknown_word(text, names)

        column = self.column(Field("kind", read, "other", ""))
        numbers = column.tolist()
        return np.array([number or 0 for number in numbers] if None in numbers else numbers, dtype=np.int64)

    def column(self, field: Field) -> Column:
        """The values of a column; None where the cell is empty or wrong."""
        texts = self.texts(field.name)
        if field.form == "text" and not {"", *NOTHING, *FORMULA_ERRORS} & set(texts.tolist()):
            return texts
        if field.form == "number" and field.name not in self.units and PLAIN_NUMBERS.fullmatch("\n".join(texts) + "\n"):
            return np.array(list(map(float, texts)))
        code, unique = distinct(texts)
        if "" in unique:
            self.empty[field.name] = np.asarray(texts == "", dtype=np.bool_)
        read = [self._value(field, text) for text in unique]
        faults = [n for n, value in enumerate(read) if isinstance(value, Finding)]
        for n in faults:
            for row in np.flatnonzero(code == n):
                self.found.append(replace(read[n], place=self.place(int(row), field.name)))
        values = np.empty(len(read), dtype=object)
        values[:] = [None if isinstance(value, Finding) else value for value in read]
        return np.asarray(values[code])

    def _value(self, field: Field, text: str) -> Any:
        if not text:
            return None
        word = self.words.get(text, text)
        if word in NOTHING:
            return finding("tape.nothing", "{got!r} stands for no value; leave the cell empty", got=text)
        if word in FORMULA_ERRORS:
            template = "{got} is the error of a formula; correct it or type the value"
            return finding("tape.formula_error", template, got=text)
        unit = self.units.get(field.name, "") if word[-1:].isdigit() else ""
        if unit == "%" and field.name in YEARLY_RATES and word.startswith(TINY):
            template = "{got} under a heading in % is {got}% a year; write 3.8%, or take the % out of the heading"
            return finding("tape.tiny_rate", template, got=text)
        return field.read(f"{word}{unit}")
