"""The decided meanings of terms and of the life of a deal, each with an example that can be checked by hand."""

from ipabs.structure.meanings_of_lines import Meaning

MEANINGS_OF_TERMS: tuple[Meaning, ...] = (
    Meaning(
        title="Interest and fees",
        text="""\
Interest accrues on the opening balance from the previous payment date up to, not including, this one,
unadjusted unless `accrual: adjusted`; the first period starts at closing. A fee is its rate × the measure `on`
(× the year fraction of `over`) + its amount, on each of its dates; two dates of a fee that fall to one payment
date make one product, rounded once. A cap per date, per calendar year or over life binds the first line listed
that pays the fee, even while its tests keep that line from acting; the excess stays in the same claim for a
later line, and what that leaves is carried.

Of a fee of 10 the first line pays 6; interest comes next; 2 of the remaining 4 can be paid.""",
        example='''\
>>> capped = small(
...     fees="""
...   audit: {amount: 10, cap: {per_date: 6}}""",
...     waterfall="""
...   normal:
...     - pay: audit
...     - pay: A.interest
...     - pay: audit
...     - pay: A.principal
...     - residual: sub""")
>>> ledger = run(capped, interest=[13, 20, 20], principal=[0, 0, 100], opening=100)
>>> ledger.trace(0)["paid"].tolist()[:4]
[6.0, 5.0, 2.0, 0.0]
>>> numbers(ledger.owed("audit"))
[2.0, 0.0, 0.0]
''',
    ),
    Meaning(
        title="Unpaid interest",
        text="""\
`unpaid_interest` is `carry`, `carry_with_interest`, `capitalize` or `forgive`. Interest on arrears is a product
of its own, rounded by itself. `capitalize` turns what is owed
after the last line into balance, without cash; the verb `capitalize` does so at its line. For each tranche and
date opening + capitalized + written up − paid − written down = closing.

Of 5 only 2 is paid and 3 becomes principal, then 5.15; the last date pays 5.41 on 108.15.""",
        example='''\
>>> pik = small(tranches="""
...   A: {principal: 100, coupon: 5%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: capitalize,
...       amortization: pass_through}
...   sub: {principal: 20, residual: true}""")
>>> ledger = run(pik, interest=[2, 0, 0], principal=[0, 0, 100], opening=120)
>>> numbers(ledger.balance("A")), numbers(ledger.paid("A.interest"))
([103.0, 108.15, 13.56], [2.0, 0.0, 5.41])
''',
    ),
    Meaning(
        title="Dates",
        text="""\
Cut-off, closing, collection end, check offset, payment, expected maturity, legal final. Period 0 is the first
payment date and collects from cut-off, so it may hold several months. Sources and uses at closing stand before
period 0 and balance to the cent.""",
        example="""\
>>> timeline = spec.load(Deal, DEMO).timeline()
>>> [day.isoformat() for day in timeline.collection_period(0)]
['2024-02-29', '2024-06-20']
>>> [day.isoformat() for day in timeline.accrual_period(0)], timeline.payments[1].isoformat()
(['2024-03-28', '2024-06-28'], '2024-09-30')
""",
    ),
    Meaning(
        title="The end",
        text="""\
At legal final and in the phase `called` every account's target is 0, and it is swept to its `sweep_to` account
before line 1, the accounts that give before those that receive. A clean-up call sells the pool: from the next date
on collections and pool balances are 0 for the deal. When the tranches in `until` are repaid, the target is 0
from that line. What is unpaid after legal final is a loss; without `write_down`, loss is measured only then.
`residual` pays its tranche's principal first, then income.

The reserve falls with the balance and pays the last interest of 3.""",
        example='''\
>>> reserved = small(
...     accounts="""
...   reserve: {target: {percent: 10%, of: A.balance}, until: A, sweep_to: collections}""",
...     closing="""
...   sources: {A: 100%, sub: 100%}
...   uses: {assets: 110, accounts: {reserve: 10}}""",
...     waterfall="""
...   normal:
...     - pay: A.interest
...     - pay: A.principal
...       up_to: principal_collections
...     - top_up: reserve
...     - release: reserve
...     - residual: sub""")
>>> ledger = run(reserved, interest=[5, 4, 0], principal=[20, 20, 60], opening=110)
>>> numbers(ledger.held("reserve")), numbers(ledger.paid("A.interest")), numbers(ledger.balance("A"))
([8.0, 6.0, 0.0], [5.0, 4.0, 3.0], [80.0, 60.0, 0.0])
''',
    ),
    Meaning(
        title="Further nouns",
        text="""\
`observables` are series from outside (leverage, sales, rating, patent value), read by name like a measure; where
an amount of money is read, to the nearest unit.
Planned, with a place in the language and refused by a finding until the engine runs them: planned and accrual
principal, `ledgers` (principal deficiency), `swaps`, `puts`, calls other than the clean-up call,
`extra_interest`, `amortization_if`, `purchase`.""",
        example='''\
>>> planned = small(ledgers="""
...   deficiency: {debit: defaulted, tranches: [sub, A]}""")
>>> value, found = spec.read(Deal, planned)
>>> print(found[0].message)
ledgers is planned; the engine does not run it yet
''',
    ),
    Meaning(
        title="Pool balances",
        text="""\
`performing`, `delinquent` and `defaulted` are read apart; `pool_opening` and `pool_closing` are performing and
delinquent together, at the start and at the end of the collection period. The opening balance of period 0 is
the performing balance at cut-off. Every use names the one it means.

A fee of 1 % on the opening pool falls with the pool: 120, 90, 60.""",
        example='''\
>>> serviced = small(
...     fees="""
...   servicing: {rate: 1%, on: pool_opening}""",
...     waterfall="""
...   normal:
...     - pay: servicing
...     - pay: A.interest
...     - pay: A.principal
...     - residual: sub""")
>>> ledger = run(serviced, interest=[10, 10, 10], principal=[30, 30, 60], opening=120)
>>> numbers(ledger.paid("servicing"))
[1.2, 0.9, 0.6]
''',
    ),
    Meaning(
        title="Claims, measures, and what the market supplies",
        text="""\
`A.principal` and `A.interest` are claims that lines pay; `A.balance` (read at the line) and `A.original` are
measures that amounts and tests read. Where a deal is silent, its market's template supplies vehicle, currency,
day count, accrual, the fate of unpaid interest, rounding and the terms of usual fees; `deal.from_template()`
and `deal.explain()` list each of them, and whatever the deal states stays. A source at closing may be a
contribution: `gift: {by: fund, amount: 550000}`.""",
        example="""\
>>> for path, value in spec.load(Deal, DEMO).from_template():
...     print(".".join(path), "=", value)
vehicle = asset-backed special-purpose plan
currency = CNY
tranches.A.accrual = unadjusted
tranches.A.unpaid_interest = carry
""",
    ),
    Meaning(
        title="Joining a deal in mid-life",
        text="""\
`state` holds balances, arrears, accounts, calls, tests that failed and counters of fee caps after the payments
of one date; the deal continues with the next. The state of a support names what was called (`drawn`) and what
is not reimbursed (`outstanding`); more than its limit or its party's is a finding.

On a balance of 60 with 1.5 in arrears, the next payment of interest is 4.5.""",
        example='''\
>>> joined = small(state="""
...   as_of: 2025-01-01
...   pool_original: 120
...   tranches: {A: {balance: 60, owed_interest: 1.5}, sub: {balance: 20}}""")
>>> ledger = run(joined, interest=[5, 5], principal=[30, 30], opening=80)
>>> numbers(ledger.paid("A.interest")), numbers(ledger.balance("A"))
([4.5, 1.48], [29.5, 0.0])
''',
    ),
)
