"""Longstaff-Schwartz on 100,000 paths × 50 dates, and the renewal model on 20 ages × 50,000 patents.

Both against plain Python: a loop over paths with the same rule fitted date by date (on a fiftieth of the paths, scaled
up), and one likelihood summed patent by patent (on a tenth of them, scaled up) where the whole fit is ours.
"""

import math
import time
from collections.abc import Callable

import numpy as np

from ipabs.patents.renewal_fees import fee_table
from ipabs.valuation.longstaff_schwartz import longstaff_schwartz
from ipabs.valuation.renewal import RenewalModel, renewal_thresholds
from ipabs.valuation.renewal_estimation import count_renewals, estimate_renewal

PATHS, DATES, PLAIN_PATHS = 100_000, 50, 2_000
PATENTS, PLAIN_PATENTS = 50_000, 5_000
PUT = {"years": 1.0, "volatility": 0.2, "risk_free_rate": 0.06}
TRUE = RenewalModel(log_mean=8.3, log_deviation=1.6, decay_rate=0.12, discount_rate=0.1)


def seconds(call: Callable[[], object], rounds: int = 3) -> float:
    """Best CPU time of `call`."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best


def plain_longstaff_schwartz(random: np.random.Generator, paths: int) -> float:
    """The same put path by path: two sets of paths, a cubic rule on each date, fresh paths valued by it."""
    step = PUT["years"] / DATES
    drift = (PUT["risk_free_rate"] - PUT["volatility"] ** 2 / 2) * step
    spread, discount = PUT["volatility"] * math.sqrt(step), math.exp(-PUT["risk_free_rate"] * step)

    def draw() -> list[list[float]]:
        sheet = []
        for _ in range(paths):
            value, row = 36.0, []
            for _ in range(DATES):
                value *= math.exp(drift + spread * random.standard_normal())
                row.append(value)
            sheet.append(row)
        return sheet

    def roll(
        sheet: list[list[float]], rule: dict[int, list[float]] | None
    ) -> tuple[list[float], dict[int, list[float]]]:
        cash, fitted = [max(40 - row[-1], 0.0) for row in sheet], dict(rule or {})
        for date in range(DATES - 2, -1, -1):
            cash = [discount * one for one in cash]
            live = [path for path, row in enumerate(sheet) if row[date] < 40]
            if rule is None and len(live) >= 40:
                known = [[(sheet[path][date] / 40 - 1) ** power for power in range(4)] for path in live]
                fitted[date] = np.linalg.lstsq(np.array(known), np.array([cash[path] for path in live]))[0].tolist()
            for path in live if date in fitted else []:
                x = sheet[path][date] / 40 - 1
                if 40 - sheet[path][date] >= sum(c * x**power for power, c in enumerate(fitted[date])):
                    cash[path] = 40 - sheet[path][date]
        return [discount * one for one in cash], fitted

    _, rule = roll(draw(), None)
    return math.fsum(roll(draw(), rule)[0]) / paths


def plain_log_likelihood(model: RenewalModel, fees: tuple[float, ...], paid: list[int]) -> float:
    """The renewal likelihood patent by patent."""

    def alive(age: int) -> float:
        if age == 0:
            return 1.0
        threshold = max(fee / (1 - model.decay_rate) ** n for n, fee in enumerate(fees[:age]))
        return 0.5 * math.erfc((math.log(threshold) - model.log_mean) / model.log_deviation / math.sqrt(2))

    return sum(
        math.log(alive(count) - alive(count + 1)) if count < len(fees) else math.log(alive(count)) for count in paid
    )


def main() -> None:
    """Print both sides of each ratio."""
    random = np.random.default_rng(1)
    ours = seconds(lambda: longstaff_schwartz(36, 40, right="put", **PUT, exercise_dates=DATES, paths=PATHS))
    plain = seconds(lambda: plain_longstaff_schwartz(random, PLAIN_PATHS), rounds=1) * PATHS / PLAIN_PATHS
    value = longstaff_schwartz(36, 40, right="put", **PUT, exercise_dates=DATES, paths=PATHS)
    print(
        f"Longstaff-Schwartz, {PATHS:,} paths x {DATES} dates (and as many to fit the rule): {ours:.2f} s CPU "
        f"(goal 2 s), plain Python {plain:.0f} s, ratio {plain / ours:.0f}x; put {value}, finite differences 4.478"
    )
    fees = fee_table("CN", "invention").fees
    firsts = np.exp(TRUE.log_mean + TRUE.log_deviation * random.standard_normal(PATENTS))
    paid = (firsts[:, np.newaxis] >= renewal_thresholds(TRUE, fees)).sum(axis=1)

    def fit() -> object:
        return estimate_renewal(count_renewals(fees, paid, paid == len(fees)), discount_rate=0.1)

    ours = seconds(fit)
    one = seconds(lambda: plain_log_likelihood(TRUE, fees, paid[:PLAIN_PATENTS].tolist()), rounds=1)
    one *= PATENTS / PLAIN_PATENTS
    fitted = estimate_renewal(count_renewals(fees, paid, paid == len(fees)), discount_rate=0.1)
    print(
        f"renewal model, {len(fees)} ages x {PATENTS:,} patents: whole fit {ours:.2f} s CPU (goal 10 s), "
        f"one plain Python likelihood {one:.2f} s, ratio {one / ours:.1f}x; decay {fitted.model.decay_rate:.4f} "
        f"± {fitted.standard_errors[2]:.4f}, drawn with {TRUE.decay_rate}"
    )


if __name__ == "__main__":
    main()
