"""A test read at lines of several phases counts each path by the line that asked there."""

import numpy as np

from ipabs import spec
from ipabs.cashflow.collections import Collections
from ipabs.engine import replay, run_waterfall
from ipabs.structure.deal import Deal
from ipabs.structure.samples import small

TEXT = small(
    tests="""
  losses: {measure: cumulative_default_ratio, maximum: 5%}
  slow: {measure: principal_collections, minimum: 25, at: line, run: 2}""",
    phases="""
  turbo: {enter_if_failing: losses}""",
    waterfall="""
  normal:
    - pay: A.interest
      if_passing: slow
    - pay: A.principal
      up_to: principal_collections
    - residual: sub
  turbo:
    - pay: A.principal
      if_passing: slow
    - pay: A.interest
    - residual: sub""",
)


def test_counts_of_a_block_are_those_of_each_path_alone() -> None:
    """Both paths are slow on two dates; one is in `turbo`, whose line asks after the line of `normal`."""
    deal = spec.load(Deal, TEXT)
    defaulted = np.array([[0.0, 0.0, 0.0], [10.0, 0.0, 0.0]])
    pool = Collections(deal.timeline(), interest=9.0, principal=20.0, defaulted=defaulted, opening=120)
    whole = run_waterfall(deal, pool)
    assert whole.failed("slow").tolist() == [[False, True, True], [False, True, True]]
    for path in (0, 1):
        alone = replay(deal, pool, path)
        assert np.array_equal(alone.granted[..., 0], whole.granted[..., path])
        assert np.array_equal(alone.failing[..., 0], whole.failing[..., path])


def test_a_test_stays_as_it_was_on_paths_where_no_line_asks() -> None:
    """Both paths are slow on every date; only the line of `turbo` asks, and one path is in it, from its loss on."""
    text = TEXT.replace("pay: A.interest\n      if_passing: slow", "pay: A.interest").replace(", run: 2", "")
    deal = spec.load(Deal, text)
    defaulted = np.array([[0.0, 0.0, 0.0], [0.0, 10.0, 0.0]])
    pool = Collections(deal.timeline(), interest=9.0, principal=20.0, defaulted=defaulted, opening=120)
    whole = run_waterfall(deal, pool)
    assert whole.failed("slow").tolist() == [[False, False, False], [False, True, True]]
