"""One deal of a case run on what its pool pays, or on what its trustee reports; also at other prepayment speeds."""

from collections.abc import Sequence
from dataclasses import replace

from ipabs.basics.index_history import INDICES, index_history
from ipabs.basics.words import Language, label
from ipabs.case.case import Case
from ipabs.cashflow.collections import Collections
from ipabs.engine.ledger import Ledger
from ipabs.engine.waterfall import run_waterfall
from ipabs.errors import DataError, finding
from ipabs.pool.projection import project
from ipabs.pool.vectors import Vectors


def collections_of(case: Case, name: str, vectors: Vectors | None = None) -> Collections:
    """What a deal collects: its trustee's report, or its pool projected on the case's vectors or on others.

    Raises
    ------
    DataError
        The case has no such deal, or neither contracts nor a report for it.
    """
    deals = dict(case.deals)
    if name not in deals:
        raise DataError(finding("case.no_deal", "the case has no deal {got!r}; {hint}", got=name, allowed=deals))
    reported, pool = dict(case.collections).get(name), dict(case.pools).get(name)
    if reported is not None:
        return reported
    if pool is None:
        raise DataError(finding("case.empty_deal", "the firm tape assigns no contract to {got!r}", got=name))
    return project(pool, deals[name].timeline(), vectors or case.file.vectors_of(name), indices=case.indices)


def ledger_of(case: Case, name: str, collections: Collections) -> Ledger:
    """The waterfall of a deal run on collections."""
    own = {index.name for index in case.indices}
    published = (index_history(index) for index in INDICES if index not in own)
    return run_waterfall(dict(case.deals)[name], collections, indices=(*case.indices, *published))


def at_speeds(case: Case, name: str, speeds: Sequence[float], lang: Language = "en") -> dict[str, Ledger]:
    """The deal at each prepayment speed (CPR), defaults and recoveries as in the case.

    A deal that runs on its trustee's report has no speeds: it is given once, as reported.
    """
    reported = dict(case.collections).get(name)
    if reported is not None:
        return {label("word.as_reported", lang): ledger_of(case, name, reported)}
    stated = case.file.vectors_of(name)
    vectors = {f"{100 * speed:.4g} %": replace(stated, cpr=speed, smm=0.0, psa=0.0, abs_speed=0.0) for speed in speeds}
    return {said: ledger_of(case, name, collections_of(case, name, one)) for said, one in vectors.items()}
