"""Which facilities are open to a firm at each stage of its life: a table, not code."""

from dataclasses import dataclass

from ipabs.basics.tables import read_toml
from ipabs.errors import DataError, finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Whether a kind of facility is open at a stage, and if not, why.

    >>> lease = Admission(kind="financial_lease", stage="seed", reason="no equipment to sell")
    >>> lease.is_open
    False
    """

    kind: str
    stage: str
    reason: str

    @property
    def is_open(self) -> bool:
        """No reason against it."""
        return not self.reason


def admissions() -> tuple[Admission, ...]:
    """The table of the package, ``ipabs/data/financing/admissibility.toml``.

    An entry names the stages closed to a kind and the reason. It is a practitioner's rule of thumb, labelled an
    assumption in the file; pass a firm's own answer by leaving its stage empty.

    >>> closed = [one.stage for one in admissions() if one.kind == "corporate_bond" and not one.is_open]
    >>> closed, len(admissions())
    (['seed', 'start_up', 'growth'], 45)
    """
    table = read_toml("financing/admissibility.toml")
    stages = table["stages"]
    return tuple(
        Admission(kind=kind, stage=stage, reason=closed.get(stage, ""))
        for kind, closed in table["closed"].items()
        for stage in stages
    )


def why_closed(kind: str, stage: str) -> str:
    """Why a kind of facility is closed to firms at a stage; empty if it is open or the table does not name it.

    >>> why_closed("corporate_bond", "start_up")
    'no rating and no public record of accounts'
    >>> why_closed("ip_pledged_loan", "growth")
    ''
    """
    table = admissions()
    stages = {one.stage for one in table}
    if stage not in stages:
        raise DataError(finding("firm.stage", "no stage {got!r}; {hint}", got=stage, allowed=sorted(stages)))
    return next((one.reason for one in table if one.kind == kind and one.stage == stage), "")
