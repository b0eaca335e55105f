"""The decided meanings of claims and lines, each with an example whose numbers can be checked by hand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One rule in words, and an example in the form of an interactive session."""

    title: str
    text: str
    example: str


PREPARATION = """\
>>> from ipabs import spec
>>> from ipabs.cashflow.collections import Collections
>>> from ipabs.engine import run_waterfall
>>> from ipabs.structure.deal import Deal
>>> from ipabs.structure.samples import DEMO, small
>>> def run(text, **flows):
...     deal = spec.load(Deal, text)
...     return run_waterfall(deal, Collections(deal.timeline(), **flows))
>>> def numbers(series):
...     return series[0].tolist()
"""

MEANINGS_OF_LINES: tuple[Meaning, ...] = (
    Meaning(
        title="Due and payable",
        text="""\
A claim has two amounts on each date. `due` is what the contract asks for: unpaid, it is short. `payable` is the
most it may receive. Paid ≤ payable, and short = due − paid where that is positive.

| claim | due | payable |
|---|---|---|
| fee, interest, reimbursement | all that is owed | the same |
| principal, `pass_through` | 0 until expected maturity, then the balance | the balance |
| principal, `scheduled` | the schedule so far − paid | the same |
| principal, `bullet` | 0 before expected maturity, then the balance | the same |
| principal, `target` | balance − target, if positive | the same |

In a phase with `principal_due: all`, in the phase `called` and at legal final the whole balance is due.
Expected maturity acts at the first payment date on or after it; it moves neither a schedule nor a target, and what a
schedule leaves falls due at legal final. A legal final off the grid of payment dates is a finding.

The note below takes all cash there is. Nothing is short until its maturity on the third date, when 12.27 is
missing.""",
        example="""\
>>> ledger = run(small(), interest=[6, 6, 6], principal=[30, 30, 20], opening=100)
>>> numbers(ledger.balance("A")), numbers(ledger.short("A.principal"))
([69.0, 36.45, 12.27], [0.0, 0.0, 12.27])
""",
    ),
    Meaning(
        title="Order and split belong to the line",
        text="""\
`amortization` never says sequential or pro rata. A line with several targets pays them in the order listed,
unless it says `split: pro_rata`, then by what is due, or `by: balance`, `original` or `weights`. A target that
needs less than its part leaves the rest to the others. Targets of no weight, a balance of 0, come last, in
proportion to what they may receive.

Two notes share 50 evenly; on the second date B needs only 5 of its 20, and A receives the other 35.""",
        example='''\
>>> pair = small(
...     tranches="""
...   A: {principal: 70, amortization: pass_through}
...   B: {principal: 30, amortization: pass_through}
...   sub: {principal: 20, residual: true}""",
...     closing="""
...   sources: {A: 100%, B: 100%, sub: 100%}
...   uses: {assets: 120}""",
...     waterfall="""
...   normal:
...     - pay: [A.principal, B.principal]
...       split: pro_rata
...       by: weights
...       weights: [1, 1]
...     - residual: sub""")
>>> ledger = run(pair, principal=[50, 40, 20], opening=120)
>>> numbers(ledger.paid("A.principal")), numbers(ledger.paid("B.principal"))
([25.0, 35.0, 10.0], [25.0, 5.0, 0.0])
''',
    ),
    Meaning(
        title="When tests and measures are read",
        text="""\
A test says `at: collection` (today's collections and opening balances; the default), `at: line` (when a line
asks) or `at: end` (after the last line, known on the next date). Measures in `up_to`, in targets and in
transfers are read at the line. A test fails after `run` dates outside its limit in a row, and stays failed
unless `cure` dates inside it let it pass again. `enter_if_failing: [x, y]` opens a phase when any of them
fails, `{all: [x, y]}` when all do. The first phase listed that applies is in force from line 1, otherwise
`normal`; a test `at: end` acts on the next date. Until it is chosen, and so for measures `at: collection`, the
phase of the date before is in force. A value on its limit passes. Where nothing is rounded, that is a value
within 10⁻¹² of it (of all notes issued; of a ratio's limit), because floats leave so much of an amount paid in
full; for the same reason a balance that small counts as repaid.

Defaults of 8 on a pool of 120 are 6.67 %: from the second date the turbo list pays all cash as principal, and
the test has no cure.""",
        example='''\
>>> turbo = small(
...     tests="""
...   losses: {measure: cumulative_default_ratio, maximum: 5%}""",
...     phases="""
...   turbo: {enter_if_failing: losses}""",
...     waterfall="""
...   normal:
...     - pay: A.interest
...     - pay: A.principal
...       up_to: principal_collections
...     - residual: sub
...   turbo:
...     - pay: A.interest
...     - pay: A.principal
...     - residual: sub""")
>>> ledger = run(turbo, interest=[15, 15, 15], principal=[30, 20, 20], defaulted=[0, 8, 0], opening=120)
>>> numbers(ledger.failed("losses")), numbers(ledger.paid("A.principal"))
([False, True, True], [30.0, 31.5, 33.07])
''',
    ),
    Meaning(
        title="The source of principal is explicit",
        text="""\
`up_to` bounds what a line moves: `principal_collections`, `defaulted`, `principal_distribution` (collected and
defaulted), `available` (the cash of the line's account), any measure, or a part of one. A line without `up_to`
moves all that is payable. The bound holds at legal final too: a second line with `up_to: A.principal.due` pays
nothing before maturity and everything then.

Interest covers the 5 that defaulted on the first date.""",
        example='''\
>>> covered = small(waterfall="""
...   normal:
...     - pay: A.interest
...     - pay: A.principal
...       up_to: principal_distribution
...     - residual: sub""")
>>> ledger = run(covered, interest=[15, 15, 15], principal=[20, 20, 20], defaulted=[5, 0, 0], opening=120)
>>> numbers(ledger.paid("A.principal"))
[25.0, 20.0, 20.0]
''',
    ),
    Meaning(
        title="Accounts that collections enter",
        text="""\
`collect` says which account interest, principal, prepayments, recoveries, guarantee receipts and other cash
enter; without it everything enters `collections`. A group of lines shares its source with `from`. An account
that a residual line empties needs no `sweep_to`.

Interest pays interest here and nothing else: the 5.5 left on the second date goes to `sub`.""",
        example='''\
>>> separate = small(
...     collect="""
...   interest: revenue""",
...     accounts="""
...   revenue: {}""",
...     waterfall="""
...   normal:
...     - from: revenue
...       clause: "11(a)"
...       lines:
...         - pay: A.interest
...         - residual: sub
...     - pay: A.principal
...     - residual: sub""")
>>> ledger = run(separate, interest=[4, 9, 5], principal=[50, 30, 20], opening=120)
>>> numbers(ledger.short("A.interest")), numbers(ledger.paid("A.interest")), numbers(ledger.paid("A.principal"))
([1.0, 0.0, 0.0], [4.0, 3.5, 1.0], [50.0, 30.0, 20.0])
''',
    ),
    Meaning(
        title="Support",
        text="""\
`draw: X` calls a party. With `mode: into_account` (the Chinese shortfall undertaking at the check date, first
line) the gap is the dues of the claims in `for` less the account; first min(held, gap) moves from each account
in `after`, in order, then the rest is called, within the limit left. With `mode: to_claims` the remaining dues
are paid in order. `up_to` bounds all that one draw moves. `limit_basis` says whether all calls count or only
those not reimbursed; `limit: unlimited` is a word; `on_acceleration` says what is covered once all principal is
due. A party has one capacity for all it supports. What was called is owed back as `X.reimbursement`; where no
line pays it, write `reimbursed: never`. A call within the limits that its party does not pay is the measure
`X.unfunded`.

A bullet's early principal waits in an account and comes back at maturity, because its claim is due only then.
Here 27 and 27 wait; at maturity 105 is due, 86 is there, and the fund pays 19.""",
        example='''\
>>> bullet = small(
...     tranches="""
...   A: {principal: 100, coupon: 5%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: carry,
...       amortization: bullet}
...   sub: {principal: 20, residual: true}""",
...     parties="""
...   fund: {limit: 30}""",
...     accounts="""
...   kept: {target: A.balance, until: A, sweep_to: collections}""",
...     support="""
...   undertaking: {by: fund, for: [A.interest, A.principal], mode: into_account, limit_basis: cumulative}""",
...     waterfall="""
...   normal:
...     - {transfer: {from: kept, to: collections, up_to: A.principal.due}}
...     - draw: undertaking
...     - pay: A.interest
...     - pay: A.principal
...     - top_up: kept
...       up_to: principal_collections
...     - release: kept
...     - pay: undertaking.reimbursement
...     - residual: sub""")
>>> ledger = run(bullet, interest=[2, 2, 2], principal=[30, 30, 30], opening=120)
>>> numbers(ledger.held("kept")), numbers(ledger.called("undertaking")), numbers(ledger.paid("A.principal"))
([27.0, 54.0, 0.0], [0.0, 0.0, 19.0], [0.0, 0.0, 100.0])
''',
    ),
)
