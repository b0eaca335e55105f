"""Every plot shows the figures of its result, says what they are and in which unit, and draws where it is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

import ipabs
from ipabs.basics.words import Language
from ipabs.cashflow.collections import Collections
from ipabs.errors import DataError
from ipabs.financing.break_even import Question
from ipabs.financing.savings import PARTS
from ipabs.patents.portfolio import Portfolio
from ipabs.report.plots import notes, pool, savings, style
from ipabs.report.plots import valuation as of_value
from ipabs.report.titles import head_of
from ipabs.valuation.valuation import Valuation

Plot = Callable[..., Figure]
CLOSING = date(2022, 12, 20)


def bars(ax: Axes) -> list[Rectangle]:
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def texts_of(figure: Figure) -> list[Text]:
    return [one for one in figure.findobj(Text) if isinstance(one, Text)]


def texts(figure: Figure) -> str:
    return "\n".join(one.get_text() for one in texts_of(figure))


@pytest.fixture
def plots(
    yuhang: ipabs.Result, portfolio: Portfolio, valuation: Valuation, question: Question
) -> dict[str, tuple[Plot, tuple[Any, ...], dict[str, Any]]]:
    deal = yuhang.deals["abs"]
    some = {"across": "firm_share", "values": [0.0, 1.0], "measures": ["net"], "steps": 4}
    return {
        "collections": (pool.balance_and_collections, (deal.collections,), {}),
        "fan": (pool.scenario_fan, (deal.collections,), {}),
        "largest": (pool.largest_obligors, (deal.pool,), {}),
        "balances": (notes.tranche_balances, (deal.ledger,), {}),
        "payments": (notes.tranche_payments, (deal.ledger,), {}),
        "date": (notes.waterfall_of_date, (deal.ledger, "2023-12-28"), {}),
        "coverage": (notes.coverage_tests, (deal.ledger,), {}),
        "savings": (savings.savings_waterfall, (yuhang.comparison, "programme"), {}),
        "costs": (savings.facility_costs, (yuhang.comparison,), {}),
        "crossover": (savings.cost_crossover, (question, "loan_rate", 0.03, 0.07), {}),
        "break_even": (savings.break_even_lines, (question, "loan_rate", 0.03, 0.07), some),
        "distribution": (of_value.value_distribution, (valuation,), {}),
        "tornado": (of_value.tornado, (valuation,), {}),
        "expiry": (of_value.expiry_ladder, (portfolio,), {"as_of": date(2024, 1, 1)}),
    }


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_plot_has_title_source_and_labelled_axes(plots: dict[str, Any], lang: Language) -> None:
    for name, (plot, given, options) in plots.items():
        main = Figure(label=style.BROWSER).subplots()
        plot(*given, ax=main, lang=lang, source="SOURCE 7", **options)
        assert main.get_title(loc="left"), name
        assert "SOURCE 7" in main.get_xlabel(), name
        assert main.get_xlabel().splitlines()[0] != "SOURCE 7", name
        horizontal = name in ("largest", "date", "costs", "tornado")
        assert horizontal or main.get_ylabel(), name
        assert style.is_chinese(main.get_title(loc="left")) == (lang == "zh"), name


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("Zhongguancun Sci-Tech Leasing 2022-1 IP ABS: payment date 2022-12-20", 1),
        ("余杭区知识产权资产证券化（专利许可收益权）第一期资产支持专项计划：兑付日 2022-12-20", 2),
        ("A programme " * 20, 4),
    ],
)
def test_a_long_title_is_set_smaller_then_broken_and_stays_within_the_plot(title: str, lines: int) -> None:
    ax = Figure(figsize=(6.0, 3.4)).add_subplot()
    figure = style.finish(ax, lang="en", title=title)
    drawn = ax.get_title(loc="left")
    assert drawn.count("\n") == lines - 1
    assert "".join(drawn.split()) == "".join(title.split())
    extent = next(one for one in texts_of(figure) if one.get_text() == drawn).get_window_extent()
    assert extent.x1 <= figure.bbox.x1
    assert style.fitted_title(ax, "Short") == ("Short", style.TITLE)


def test_a_legend_has_as_many_columns_as_fit() -> None:
    ax = Figure(figsize=(6.0, 3.4)).add_subplot()
    for name in ("5% to 95% of the paths", "25% to 75% of the paths", "Median", "Mean"):
        ax.plot([0, 1], label=name)
    figure = style.finish(ax, lang="en", title="Fan")
    drawn = ax.get_legend()
    assert drawn is not None
    assert drawn.get_window_extent().x1 <= figure.bbox.x1


def test_nine_areas_are_told_apart() -> None:
    looks = [tuple(style.look(number).items()) for number in range(64)]
    assert len(set(looks)) == 64


def test_no_saving_at_all_leaves_room_for_its_labels(yuhang: ipabs.Result) -> None:
    ax = savings.savings_waterfall(yuhang.comparison, "quoted_loan").axes[0]  # the comparator against itself
    bottom, top = ax.get_ylim()
    assert (bottom, top) == (0.0, 1.0)


def test_a_negative_saving_stays_within_its_axes(yuhang: ipabs.Result) -> None:
    average = yuhang.comparison["average_loan"]
    parts = {name: -getattr(average.nominal, name) for name in PARTS}
    compared = replace(average, nominal=replace(average.nominal, **parts))
    ax = savings.savings_waterfall(replace(yuhang.comparison, compared=(compared,)), "average_loan").axes[0]
    bottom, top = ax.get_ylim()
    assert bottom < -float(average.nominal.programme().net[0]) < 0 < top


def test_one_right_stands_in_its_own_year_and_none_is_refused(portfolio: Portfolio) -> None:
    from ipabs.patents.portfolio import Portfolio as Rights

    one = Rights(rights=portfolio.rights[:1])
    ax = of_value.expiry_ladder(one, as_of=date(2024, 1, 1)).axes[0]
    low, high = ax.get_xlim()
    assert [tick for tick in ax.get_xticks() if low <= tick <= high] == [2032]
    with pytest.raises(DataError, match="no right is in force on 2060-01-01"):
        of_value.expiry_ladder(portfolio, as_of=date(2060, 1, 1))


def test_a_pool_that_pays_nothing_is_drawn_on_whole_axes(yuhang: ipabs.Result) -> None:
    one = yuhang.deals["abs"].collections
    ax, beside = pool.balance_and_collections(Collections(one.timeline, opening=one.opening)).axes
    assert ax.get_ylim() == (0.0, 1.0)
    assert beside.get_ylim()[1] == pytest.approx(1.05 * 200e6)


def test_dust_of_subtractions_is_no_period() -> None:
    assert pool.periods_shown(np.array([5.0, 3.0, 4e-16, 0.0]), np.zeros(4)) == 2
    assert pool.periods_shown(np.zeros(4)) == 1


def test_every_plot_draws_into_the_axes_given_and_nowhere_else(plots: dict[str, Any]) -> None:
    import matplotlib.pyplot as plt

    for name, (plot, given, options) in plots.items():
        own = Figure()
        left, right = own.subplots(1, 2)
        assert plot(*given, ax=right, **options) is own, name
        assert right.has_data(), name
        assert not left.has_data(), name
    assert plt.get_fignums() == []


def test_collections_stack_to_what_the_pool_pays(yuhang: ipabs.Result) -> None:
    collections = yuhang.deals["abs"].collections
    figure = pool.balance_and_collections(collections)
    ax, beside = figure.axes
    tops: dict[float, float] = {}
    for bar in bars(ax):
        tops[bar.get_x()] = max(tops.get(bar.get_x(), 0.0), bar.get_y() + bar.get_height())
    shown = len(tops)
    np.testing.assert_allclose(list(tops.values()), collections.total[0, :shown])
    np.testing.assert_array_equal(beside.lines[0].get_ydata(), collections.performing[0, :shown])
    assert ax.get_ylabel() == "Collected in the period, million yuan"


def test_fan_bands_are_quantiles_over_paths(yuhang: ipabs.Result) -> None:
    one = yuhang.deals["abs"].collections
    share = np.linspace(0.5, 1.0, 101)[:, np.newaxis]
    paths = Collections(one.timeline, principal=one.principal * share, opening=np.repeat(one.opening, 101))
    ax = pool.scenario_fan(paths, "principal").axes[0]
    shown = len(ax.lines[0].get_ydata())
    np.testing.assert_allclose(ax.lines[0].get_ydata(), 0.75 * one.principal[0, :shown])  # median of an even spread
    outer = ax.collections[0].get_paths()[0].vertices
    np.testing.assert_allclose(outer[:, 1].max(), 0.975 * one.principal.max())  # 95 % between 0.5 and 1
    with pytest.raises(DataError, match="no series 'principl'; did you mean 'principal'"):
        pool.scenario_fan(paths, "principl")


def test_tranche_balances_start_at_closing_and_stack_in_order(yuhang: ipabs.Result) -> None:
    ledger = yuhang.deals["abs"].ledger
    ax = notes.tranche_balances(ledger).axes[0]
    assert [area.get_label() for area in ax.collections] == ["A", "B", "sub"]
    highest = [float(area.get_paths()[0].vertices[:, 1].max()) for area in ax.collections]
    assert highest == [136e6, 189e6, 200e6]
    assert ax.collections[0].get_paths()[0].vertices[:, 0].min() == style.ordinals([CLOSING])[0]


def test_payment_date_balances_to_the_fen(yuhang: ipabs.Result) -> None:
    ledger = yuhang.deals["abs"].ledger
    for t in range(ledger.timeline.periods):
        moves = notes.cash_of_date(ledger, t)
        assert abs(sum(amount for _, amount in moves)) < 0.005
    moves = dict(notes.cash_of_date(ledger, "2023-12-28"))
    trace = ledger.trace("2023-12-28").set_index("target")["paid"]
    assert moves["A.principal"] == -trace["A.principal"]
    ax = notes.waterfall_of_date(ledger, "2023-12-28").axes[0]
    np.testing.assert_allclose(
        sorted(bar.get_width() for bar in bars(ax)), sorted(moves.values()), rtol=1e-12, atol=1e-6
    )
    assert [tick.get_text() for tick in ax.get_yticklabels()] == [head_of(name, "en") for name in moves]


def test_savings_steps_carry_the_parts_and_their_sums(yuhang: ipabs.Result) -> None:
    sums = yuhang.comparison["programme"].nominal.programme()
    ax = savings.savings_waterfall(yuhang.comparison, "programme").axes[0]
    heights = [bar.get_height() for bar in bars(ax)]
    np.testing.assert_allclose(heights, [float(getattr(sums, name)[0]) for name in savings.STEPS], rtol=1e-12)
    bottoms = [bar.get_y() for bar in bars(ax)]
    assert bottoms[1] == heights[0]  # fees begin where the spread ends
    assert bottoms[2] == 0.0


def test_costs_come_cheapest_first(yuhang: ipabs.Result) -> None:
    ax = savings.facility_costs(yuhang.comparison).axes[0]
    widths = [bar.get_width() for bar in bars(ax)]
    assert widths == sorted(widths)
    assert len(widths) == len(yuhang.comparison.compared)


def test_crossover_of_published_note(question: Question) -> None:
    """At 4.976 % (ACT/360) a plain loan costs what the 3.25 % note costs with its fees, both bullet and quarterly."""
    ax = savings.cost_crossover(question, "loan_rate", 0.03, 0.07).axes[0]
    assert [line.get_label() for line in ax.lines[:2]] == ["Loan", "Securitization"]
    loan, deal = (np.asarray(line.get_ydata(), dtype=float) for line in ax.lines[:2])
    assert (np.diff(loan) > 0).all()
    assert np.ptp(deal) == 0
    at = float(np.asarray(ax.lines[2].get_xdata())[0])
    assert np.interp(at, np.asarray(ax.lines[0].get_xdata(), dtype=float), loan) == pytest.approx(deal[0], abs=1e-6)


def test_break_even_line_meets_the_published_turn(question: Question) -> None:
    options = {"across": "firm_share", "values": [0.0, 1.0], "measures": ["market", "net"], "steps": 10}
    ax = savings.break_even_lines(question, "loan_rate", 0.02, 0.10, **options).axes[0]
    market, _, net, _ = (np.asarray(line.get_ydata(), dtype=float) for line in ax.lines)
    np.testing.assert_allclose(market, [0.04976, 0.04976], atol=1e-5)  # whoever pays the fees, the market pays them
    np.testing.assert_allclose(net[1], 0.04976, atol=1e-5)
    assert net[0] == pytest.approx(0.0325 * 360 / 365, abs=1e-4)  # without fees: the same rate on another year


def test_distribution_counts_every_draw_and_marks_quantiles(valuation: Valuation) -> None:
    ax = of_value.value_distribution(valuation).axes[0]
    assert sum(bar.get_height() for bar in bars(ax)) == valuation.draws
    marks = [float(np.asarray(line.get_xdata())[0]) for line in ax.lines]
    assert marks == [valuation.quantile(0.05), valuation.quantile(0.5), valuation.quantile(0.95), valuation.mean]


def test_tornado_puts_the_widest_swing_first(valuation: Valuation) -> None:
    table = of_value.swings(valuation)
    assert list(table.index) == ["royalty_rate", "discount_rate"]
    assert table.loc["royalty_rate", "low"] < valuation.mean < table.loc["royalty_rate", "high"]
    assert table.loc["discount_rate", "low"] > valuation.mean > table.loc["discount_rate", "high"]
    ax = of_value.tornado(valuation).axes[0]
    assert sorted(bar.get_x() + bar.get_width() for bar in bars(ax)) == pytest.approx(sorted(table.to_numpy().ravel()))


def test_one_number_has_no_distribution(valuation: Valuation) -> None:
    with pytest.raises(DataError, match="the value has 1 draws; a distribution needs at least 20"):
        of_value.value_distribution(replace(valuation, value=3.0))


def test_expiry_ladder_counts_rights_by_year(portfolio: Portfolio) -> None:
    ax, beside = of_value.expiry_ladder(portfolio, as_of=date(2024, 1, 1)).axes
    assert [(round(bar.get_x() + 0.35), bar.get_height()) for bar in bars(ax)] == [
        (2030, 2), (2032, 2), (2033, 2), (2034, 2),
    ]  # fmt: skip
    np.testing.assert_allclose(beside.lines[0].get_ydata(), [0.25, 0.5, 0.75, 1.0])


def test_without_a_chinese_font_one_warning_says_what_to_install(
    yuhang: ipabs.Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(style, "CHINESE", ("No Such Font",))
    with pytest.warns(UserWarning, match="fonts-noto-cjk") as told:
        figure = savings.facility_costs(yuhang.comparison, lang="zh")
    assert len(told) == 1
    assert not style.is_chinese(texts(figure))


@pytest.mark.browser
def test_chinese_text_gets_a_font_that_has_it(yuhang: ipabs.Result) -> None:
    figure = savings.facility_costs(yuhang.comparison, lang="zh")
    figure.canvas.draw()  # a glyph that no font has would warn, and warnings are errors
    assert "综合成本" in texts(figure)


def test_palette_is_told_apart_in_grey() -> None:
    from matplotlib.colors import to_rgb

    def luminance(color: str) -> float:
        red, green, blue = to_rgb(color)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    first = [luminance(color) for color in style.PALETTE[:2]]
    assert abs(first[0] - first[1]) > 0.2
    assert len(set(style.HATCHES)) == len(style.PALETTE) == len(set(style.PALETTE))
