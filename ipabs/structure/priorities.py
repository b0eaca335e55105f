"""The usual priority of payments of each market, made from a deal's own nouns."""

from typing import TYPE_CHECKING

from ipabs.structure.account import COLLECTIONS, Account
from ipabs.structure.fee import Fee
from ipabs.structure.tranche import Amount, Tranche
from ipabs.structure.waterfall import (
    Draw,
    Line,
    Movement,
    Pay,
    Priority,
    Release,
    Residual,
    TopUp,
    Transfer,
)

if TYPE_CHECKING:
    from ipabs.structure.deal import Deal

TAXES = ("vat",)
PRINCIPAL_ACCOUNT = "principal_account"


def usual_priorities(deal: "Deal") -> tuple[Priority, ...]:
    """The usual list for `normal`, for each declared phase, and for `called` if there is a call.

    Normal: draw, taxes, fees side by side, senior interest side by side, senior principal one class after another,
    reimbursement, reserve, residual. After acceleration: all accounts first, then each class with its interest before
    its principal.
    """
    phases = [phase.name for phase in deal.phases] + (["called"] if deal.calls else [])
    after = (Priority(phase=name, lines=accelerated_lines(deal)) for name in phases)
    return (Priority(phase="normal", lines=normal_lines(deal)), *after)


def seniors(deal: "Deal") -> tuple[Tranche, ...]:
    """The tranches that are not residual."""
    return tuple(tranche for tranche in deal.tranches if not tranche.residual)


def normal_lines(deal: "Deal") -> tuple[Line, ...]:
    """The list while every test passes."""
    classes = seniors(deal)
    interest = tuple(f"{one.name}.interest" for one in classes if one.coupon)
    principal = tuple(f"{one.name}.principal" for one in classes if one.amortization)
    reserves = [one for one in deal.accounts if one.name != PRINCIPAL_ACCOUNT and one.target]
    held = [one for one in deal.accounts if one.name == PRINCIPAL_ACCOUNT]
    return (
        *(matured(one, principal) for one in held),
        *draws(deal),
        *costs(deal.fees),
        *side_by_side(interest),
        *((Pay(target=principal),) if principal else ()),
        *(line for one in held for line in kept(one)),
        *reimbursements(deal),
        *(line for one in reserves for line in (TopUp(target=(one.name,)), Release(target=one.name))),
        *residuals(deal),
    )


def accelerated_lines(deal: "Deal") -> tuple[Line, ...]:
    """The list once all principal is due."""
    emptied = [Movement(source=one.name, to=one.sweep_to or COLLECTIONS) for one in deal.accounts]
    by_class = (Pay(target=tuple(f"{one.name}.{part}" for part, has in parts_of(one) if has)) for one in seniors(deal))
    return (
        *draws(deal),
        *(Transfer(target=movement) for movement in emptied),
        *costs(deal.fees),
        *by_class,
        *reimbursements(deal),
        *residuals(deal),
    )


def parts_of(tranche: Tranche) -> tuple[tuple[str, bool], ...]:
    """The claims a tranche has."""
    return (("interest", tranche.coupon is not None), ("principal", tranche.amortization is not None))


def draws(deal: "Deal") -> tuple[Line, ...]:
    """Every support, before anything is paid."""
    return tuple(Draw(target=support.name) for support in deal.support)


def costs(fees: tuple[Fee, ...]) -> tuple[Line, ...]:
    """Taxes, then the other fees side by side."""
    taxes = tuple(fee.name for fee in fees if fee.name in TAXES)
    others = tuple(fee.name for fee in fees if fee.name not in TAXES)
    return (*side_by_side(taxes), *side_by_side(others))


def side_by_side(claims: tuple[str, ...]) -> tuple[Line, ...]:
    """One line for claims of one rank."""
    if not claims:
        return ()
    return (Pay(target=claims, split="pro_rata") if len(claims) > 1 else Pay(target=claims),)


def reimbursements(deal: "Deal") -> tuple[Line, ...]:
    """What supports are owed back."""
    return tuple(Pay(target=(f"{one.name}.reimbursement",)) for one in deal.support if one.reimbursed == "by_line")


def residuals(deal: "Deal") -> tuple[Line, ...]:
    """What is left, to the first residual tranche."""
    return tuple(Residual(target=tranche.name) for tranche in deal.tranches if tranche.residual)[:1]


def matured(account: Account, principal: tuple[str, ...]) -> Line:
    """Held principal comes back as far as principal is due: nothing before maturity."""
    due = Amount(of=tuple(f"{claim}.due" for claim in principal))
    return Transfer(target=Movement(source=account.name, to=COLLECTIONS, up_to=due))


def kept(account: Account) -> tuple[Line, ...]:
    """Principal collected early is held for the notes, never more than their balance."""
    collected = Amount(of=("principal_collections",))
    return (TopUp(target=(account.name,), up_to=collected), Release(target=account.name))


def principal_account(classes: tuple[Tranche, ...]) -> Account:
    """The account that holds a bullet's early principal: its target is the balance of the notes."""
    names = tuple(one.name for one in classes)
    balance = Amount(of=tuple(f"{name}.balance" for name in names))
    return Account(name=PRINCIPAL_ACCOUNT, target=balance, until=names, sweep_to=COLLECTIONS)
