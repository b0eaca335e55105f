"""Drawings of a page: self-contained, the same each time, with every party and tranche of the deal."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

import ipabs
from ipabs.basics.words import Language
from ipabs.report.page import page_bytes
from ipabs.report.plots import notes
from ipabs.report.plots.style import is_chinese
from ipabs.report.structure_diagram import structure_diagram
from ipabs.report.svg import svg_of
from ipabs.structure.deal import Deal


@pytest.fixture
def deal(yuhang: ipabs.Result) -> Deal:
    return yuhang.deals["abs"].deal


def test_svg_is_well_formed_named_and_without_dates(yuhang: ipabs.Result) -> None:
    ledger = yuhang.deals["abs"].ledger
    one = svg_of(notes.tranche_balances, ledger, name="one", lang="zh")
    root = ElementTree.fromstring(one)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(str(name).startswith("one-") for name in ids)
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', one)) <= set(ids)
    assert "各档证券余额" in one  # text stays text
    assert "<metadata" not in one
    assert not re.search(r"20\d\d-\d\d-\d\dT", one)
    assert one == svg_of(notes.tranche_balances, ledger, name="one", lang="zh")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_structure_names_every_party_tranche_fee_and_flow(deal: Deal, lang: Language) -> None:
    drawn = structure_diagram(deal, lang, firms=20)
    root = ElementTree.fromstring(drawn)
    text = " ".join(element.text or "" for element in root.iter() if element.tag.endswith("text"))
    fees = {"en": "vat, custodian, manager", "zh": "增值税及附加, 托管费, 管理费"}[lang]
    for name in ("Hangzhou Yuhang Innovation", "undertaking", "A · AAA", "B · AAA", "sub", fees):
        assert name in text
    assert is_chinese(text) == (lang == "zh")
    assert "20 firms" in text or "20 家企业" in text


def test_structure_of_many_supports_and_long_names_stays_within_its_frame(deal: Deal) -> None:
    from dataclasses import replace

    names = [f"杭州余杭创新投资有限公司第{n}分公司" for n in range(6)]
    crowded = replace(
        deal,
        parties=tuple(replace(deal.parties[0], id=f"p{n}", name=name) for n, name in enumerate(names)),
        support=tuple(replace(deal.support[0], name=f"差额支付承诺{n}", by=f"p{n}") for n in range(6)),
    )
    root = ElementTree.fromstring(structure_diagram(crowded, "zh"))
    left, _, wide, _ = (float(side) for side in root.attrib["viewBox"].split())
    boxes = [box for box in root.iter() if box.tag.endswith("rect")]
    places = [(float(box.attrib["x"]), float(box.attrib["y"]), float(box.attrib["width"])) for box in boxes]
    assert all(left < x and x + broad < left + wide for x, _, broad in places)
    row = sorted(place for place in places if place[1] == 0)
    assert len(row) == 6
    assert all(x + broad < after for (x, _, broad), (after, _, _) in pairwise(row))


def test_structure_escapes_names(deal: Deal) -> None:
    from dataclasses import replace

    drawn = structure_diagram(replace(deal, name="<b>& co"))
    ElementTree.fromstring(drawn)
    assert "&lt;b&gt;&amp; co" in drawn


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_page_of_a_case_is_deterministic_and_unique_in_its_ids(yuhang: ipabs.Result, lang: Language) -> None:
    raw = page_bytes(yuhang.page(lang))
    assert raw == page_bytes(yuhang.page(lang))
    ids = re.findall(rb'\bid="([^"]+)"', raw)
    repeated = {name for name in ids if ids.count(name) > 1}
    assert repeated <= {b"diagram-tip"}  # every structure diagram carries the same arrow head
    for outside in (b"<script", b"<link", b"http://www.w3.org/1999/xhtml", b"src="):
        assert outside not in raw


def test_chinese_page_has_no_english_heading(yuhang: ipabs.Result) -> None:
    html = page_bytes(yuhang.page("zh")).decode()
    heads = re.findall(r"<th[^>]*>([^<]*)</th>", html)
    own = {"undertaking", "vat", "custodian", "manager", "trustee", "shortfall"}
    assert [head for head in heads if not is_chinese(head) and head not in own and not head.endswith(" %")] == []
    titles = re.findall(r"<h[23]>([^<]*)", html)
    assert [title for title in titles if not is_chinese(title)] == []
