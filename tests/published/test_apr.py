"""Published examples of annual percentage rates.

United States: 12 CFR part 1026 (Regulation Z), appendix J, paragraph (c), examples for the actuarial method.
European Union: Directive 98/7/EC, annex III, whose equation is annex I of Directive 2008/48/EC; the intervals of time
of the Commission's guidelines SWD(2012) 128 of 8 May 2012, section 4.1.1.
"""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from ipabs.basics.schedule import add_months
from ipabs.errors import DataError, SpecError
from ipabs.financing.apr import eu_apr, interval_years
from ipabs.financing.regulation_z import UnitPeriod, common_period, regulation_z_apr

# Published in percent to two decimals.
HUNDREDTH = 0.005


def monthly(first: date, count: int, step: int = 1) -> list[date]:
    return [add_months(first, step * n) for n in range(count)]


def every(first: date, count: int, days: int) -> list[date]:
    return [first + timedelta(days=days * n) for n in range(count)]


def semimonthly(count: int) -> list[date]:
    days = [day for n in range(count) for day in (add_months(date(1978, 3, 1), n), add_months(date(1978, 3, 16), n))]
    return days[:count]


REGULAR = [
    ("(c)(1)(i) monthly", date(1978, 1, 10), 5000, monthly(date(1978, 2, 10), 24), [230] * 24, 9.69),
    ("(c)(1)(ii) monthly, long first", date(1978, 2, 10), 6000, monthly(date(1978, 4, 1), 36), [200] * 36, 11.82),
    ("(c)(1)(iii) semimonthly, short first", date(1978, 2, 23), 5000, semimonthly(24), [219.17] * 24, 10.34),
    ("(c)(1)(iv) quarterly, long first", date(1978, 5, 23), 10000, monthly(date(1978, 10, 1), 40, 3), [385] * 40, 8.97),
    ("(c)(1)(v) weekly, long first", date(1978, 3, 20), 500, every(date(1978, 4, 21), 30, 7), [17.60] * 30, 14.96),
    ("(c)(2)(i) odd first payment", date(1978, 1, 10), 5000, monthly(date(1978, 2, 10), 24), [250] + [230] * 23, 10.08),
    (
        "(c)(2)(ii) every four weeks",
        date(1978, 3, 18),
        400,
        every(date(1978, 4, 20), 12, 28),
        [39.50] + [38.31] * 11,
        28.50,
    ),
    ("(c)(3)(i) odd last payment", date(1978, 1, 10), 5000, monthly(date(1978, 2, 10), 24), [230] * 23 + [280], 10.50),
    (
        "(c)(3)(ii) every two weeks",
        date(1978, 4, 3),
        200,
        every(date(1978, 4, 11), 20, 14),
        [9.50] * 19 + [30],
        12.22,
    ),
    (
        "(c)(4)(i) odd first and last payment",
        date(1978, 1, 10),
        5000,
        monthly(date(1978, 2, 10), 24),
        [250] + [230] * 22 + [280],
        10.90,
    ),
    (
        "(c)(4)(ii) every two months",
        date(1978, 1, 10),
        8000,
        monthly(date(1978, 3, 1), 20, 2),
        [449.36] + [465] * 18 + [200],
        7.30,
    ),
    ("(c)(5)(i) single payment, days", date(1978, 1, 3), 1000, [date(1978, 9, 15)], [1080], 11.45),
]


@pytest.mark.parametrize(
    ("start", "advance", "days", "amounts", "percent"), [c[1:] for c in REGULAR], ids=[c[0] for c in REGULAR]
)
def test_regulation_z_examples(
    start: date, advance: float, days: list[date], amounts: list[float], percent: float
) -> None:
    rate = regulation_z_apr([(start, advance)], list(zip(days, amounts, strict=True)))
    assert 100 * rate == pytest.approx(percent, abs=HUNDREDTH)


def test_skipped_payments_and_several_advances() -> None:
    """(c)(6)(i): every four weeks, the second payment of a month two weeks later; (c)(7)(i): three advances."""
    days = [date(1978, 2, 20)]
    while len(days) < 24:
        following = days[-1] + timedelta(days=28)
        days.append(following + timedelta(days=14 if following.month == days[-1].month else 0))
    skipped = regulation_z_apr([(date(1978, 1, 25), 2135)], [(day, 100) for day in days])
    assert 100 * skipped == pytest.approx(12.00, abs=HUNDREDTH)
    advances = [(date(1979, 4, 10), 20_000), (date(1979, 6, 12), 20_000), (date(1979, 9, 18), 20_000)]
    construction = regulation_z_apr(advances, [(day, 612.36) for day in monthly(date(1979, 12, 10), 240)])
    assert 100 * construction == pytest.approx(10.25, abs=HUNDREDTH)


def test_single_payment_of_whole_months_and_of_years() -> None:
    """(c)(5)(ii) to (iv) by their closed forms: six months count 12/6, eighteen months are 1 + 6/12 years."""
    half_year = regulation_z_apr([(date(1978, 7, 15), 1000)], [(date(1979, 1, 15), 1044)])
    assert half_year == pytest.approx(2 * 0.044, abs=1e-12)
    rate = regulation_z_apr([(date(1978, 1, 17), 1000)], [(date(1979, 7, 17), 1135.19)])
    assert (1 + rate) * (1 + rate / 2) == pytest.approx(1.13519, abs=1e-12)
    two_years = regulation_z_apr([(date(1978, 1, 17), 1000)], [(date(1980, 1, 17), 1240)])
    assert two_years == pytest.approx(1.24**0.5 - 1, abs=1e-12)


# Examples beside those of the regulation, from the tests of the open library FSharp.Finance.Personal
# (AprUsActuarialTests, "confirmed using Excel"): quarterly with shorter first periods, daily, weekly, yearly.
OTHER_PERIODS = [
    (date(1978, 6, 23), 10000, monthly(date(1978, 10, 1), 40, 3), 385, 9.15),
    (date(1978, 7, 23), 10000, monthly(date(1978, 10, 1), 40, 3), 385, 9.32),
    (date(2023, 10, 26), 1000, every(date(2023, 11, 30), 5, 1), 220, 94.15),
    (date(2023, 10, 28), 1000, every(date(2023, 11, 30), 5, 7), 250, 176.52),
    (date(2023, 11, 23), 1000, every(date(2023, 11, 30), 5, 7), 250, 412.40),
    (date(2023, 11, 24), 1000, every(date(2023, 11, 30), 5, 7), 250, 434.30),
    (date(2023, 10, 26), 1000, monthly(date(2023, 11, 30), 5, 12), 500, 78.34),
]


@pytest.mark.parametrize(("start", "advance", "days", "amount", "percent"), OTHER_PERIODS)
def test_other_periods(start: date, advance: float, days: list[date], amount: float, percent: float) -> None:
    rate = regulation_z_apr([(start, advance)], [(day, amount) for day in days])
    assert 100 * rate == pytest.approx(percent, abs=HUNDREDTH)


def test_odd_first_period_of_36_days() -> None:
    """MathWorks, Financial Toolbox, payodd: 4,000 at 11 %, first of 24 payments after 36 days, is 186.7731 a month."""
    days = monthly(date(2024, 3, 1), 24)
    rate = regulation_z_apr([(date(2024, 1, 26), 4000)], [(day, 186.7731) for day in days])
    assert rate == pytest.approx(0.11, abs=1e-6)


def test_yearly_instalments_of_a_british_exercise() -> None:
    """FSMQ, "APR": 5,000 repaid in three annual instalments of 2,000 is 9.7 %."""
    payments = [(date(year, 3, 1), 2000.0) for year in (2024, 2025, 2026)]
    assert round(100 * eu_apr([(date(2023, 3, 1), 5000.0)], payments), 1) == 9.7


def test_two_advances_balance_by_hand() -> None:
    """Two advances a month apart, one payment a month after: 100 (1 + i)² + 100 (1 + i) = 203."""
    days = monthly(date(2024, 1, 31), 3)
    rate = regulation_z_apr([(days[0], 100), (days[1], 100)], [(days[2], 203)], unit_period=UnitPeriod(unit="month"))
    i = rate / 12
    assert 100 * (1 + i) ** 2 + 100 * (1 + i) == pytest.approx(203, abs=1e-9)


def test_common_period_of_last_days() -> None:
    days = [date(2023, 1, 31), date(2023, 2, 28), date(2023, 3, 31), date(2023, 4, 30)]
    assert common_period(days[:1], days[1:]) == UnitPeriod(unit="month")
    assert regulation_z_apr([(days[0], 300)], [(d, 101) for d in days[1:]]) == pytest.approx(
        regulation_z_apr([(date(2023, 1, 10), 300)], [(date(2023, m, 10), 101) for m in (2, 3, 4)]), abs=1e-12
    )


ANNEX_III = [
    ("calendar, first", "years", 1000, [(date(1995, 7, 1), 1200)], 12.96, 2),
    ("calendar, second", "years", 950, [(date(1995, 7, 1), 1200)], 16.9, 1),
    ("calendar, third", "years", 1000, [(date(1995, 1, 1), 600), (date(1996, 1, 1), 600)], 13.07, 2),
    (
        "calendar, fourth",
        "years",
        1000,
        [(date(1994, 4, 1), 272), (date(1994, 7, 1), 272), (date(1995, 1, 1), 544)],
        13.2,
        1,
    ),
    ("equal months, first", "months", 1000, [(date(1995, 7, 1), 1200)], 12.92, 2),
    ("equal months, second", "months", 950, [(date(1995, 7, 1), 1200)], 16.85, 2),
    ("equal months, third", "months", 1000, [(date(1995, 1, 1), 600), (date(1996, 1, 1), 600)], 13.07, 2),
    (
        "equal months, fourth",
        "months",
        1000,
        [(date(1994, 4, 1), 272), (date(1994, 7, 1), 272), (date(1995, 1, 1), 544)],
        13.19,
        2,
    ),
]


@pytest.mark.parametrize(
    ("intervals", "advance", "payments", "percent", "places"), [c[1:] for c in ANNEX_III], ids=[c[0] for c in ANNEX_III]
)
def test_directive_examples(
    intervals: str, advance: float, payments: list[tuple[date, float]], percent: float, places: int
) -> None:
    rate = eu_apr([(date(1994, 1, 1), advance)], payments, intervals=intervals)
    assert round(100 * rate, places) == pytest.approx(percent)


# Start, end, whole periods, days left, days of the year that ends with them.
GUIDELINES = [
    ("months", date(2012, 1, 12), date(2012, 2, 15), Fraction(1, 12), 3, 365),
    ("months", date(2012, 1, 12), date(2012, 3, 15), Fraction(2, 12), 3, 365),
    ("months", date(2012, 1, 12), date(2012, 4, 15), Fraction(3, 12), 3, 365),
    ("months", date(2013, 1, 12), date(2013, 2, 15), Fraction(1, 12), 3, 366),
    ("months", date(2013, 1, 12), date(2013, 3, 15), Fraction(2, 12), 3, 366),
    ("months", date(2013, 1, 12), date(2013, 4, 15), Fraction(3, 12), 3, 366),
    ("months", date(2013, 2, 25), date(2013, 3, 28), Fraction(1, 12), 3, 366),
    ("months", date(2013, 2, 26), date(2013, 3, 29), Fraction(1, 12), 2, 366),
    ("months", date(2012, 2, 26), date(2012, 3, 29), Fraction(1, 12), 3, 366),
    ("years", date(2012, 1, 12), date(2012, 2, 15), Fraction(0), 34, 365),
    ("years", date(2012, 1, 12), date(2013, 2, 15), Fraction(1), 34, 365),
    ("years", date(2012, 1, 12), date(2014, 2, 15), Fraction(2), 34, 365),
    ("weeks", date(2012, 1, 12), date(2012, 1, 26), Fraction(2, 52), 0, 365),
    ("weeks", date(2012, 1, 12), date(2012, 1, 30), Fraction(2, 52), 4, 365),
    ("weeks", date(2012, 1, 12), date(2013, 1, 10), Fraction(1), 0, 365),
    ("weeks", date(2012, 1, 12), date(2013, 1, 12), Fraction(1), 2, 365),
]


@pytest.mark.parametrize(("intervals", "start", "end", "whole", "days", "of_year"), GUIDELINES)
def test_intervals_of_the_commission_guidelines(
    intervals: str, start: date, end: date, whole: Fraction, days: int, of_year: int
) -> None:
    assert interval_years(start, end, intervals) == pytest.approx(float(whole + Fraction(days, of_year)), abs=1e-15)


def test_last_days_of_short_months_are_whole_periods() -> None:
    assert interval_years(date(2024, 12, 31), date(2025, 2, 28), "months") == 2 / 12
    assert interval_years(date(2024, 2, 29), date(2025, 2, 28), "years") == 1
    assert interval_years(date(2023, 2, 28), date(2024, 2, 29), "years") == 1


def test_a_year_has_fifty_two_weeks() -> None:
    rate = eu_apr([(date(2024, 1, 1), 100)], [(date(2024, 7, 1), 110)], intervals="weeks")
    assert rate == pytest.approx(1.1**2 - 1, abs=1e-12)


def test_what_cannot_be_a_loan_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        regulation_z_apr([(date(2024, 1, 1), -5)], [])
    assert str(caught.value).splitlines() == [
        "there is no payment; an annual percentage rate needs both sides",
        "-5 on 2024-01-01 is not an amount above 0",
    ]
    day = date(2024, 1, 1)
    with pytest.raises(DataError, match="every amount falls on 2024-01-01; a rate needs time"):
        regulation_z_apr([(day, 100)], [(day, 50), (day, 60)])
    with pytest.raises(DataError, match="a unit-period of 0 months; it is at least one"):
        UnitPeriod(unit="month", count=0)
    with pytest.raises(SpecError, match="time is not counted in 'days'; valid: years, months, weeks"):
        eu_apr([(day, 100)], [(date(2025, 1, 1), 110)], intervals="days")  # type: ignore[arg-type]  # a wrong word
    with pytest.raises(DataError, match="the payment, on 2023-12-01, does not come after the advance"):
        regulation_z_apr([(date(2024, 1, 1), 5)], [(date(2023, 12, 1), 5)])
