"""The dates of a deal."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from ipabs.basics.deal_dates import CollectionRule, PaymentRule, make_timeline
from ipabs.basics.timeline import Timeline
from ipabs.basics.units import Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The dates of a deal.

    >>> quarterly = PaymentRule(first=date(2024, 6, 28), frequency="quarterly", calendar="SSE", roll="following")
    >>> dates = Dates(
    ...     cut_off=date(2024, 2, 29), closing=date(2024, 3, 28), payment=quarterly,
    ...     collection_end=CollectionRule(day=20, of="payment_month"),
    ...     expected_maturity=date(2025, 3, 28), legal_final=date(2025, 3, 28))
    >>> [day.isoformat() for day in dates.timeline().payments]
    ['2024-06-28', '2024-09-30', '2024-12-30', '2025-03-28']
    """

    cut_off: Annotated[date, "collections after this date belong to the deal"]
    closing: Annotated[date, "the notes are issued and interest starts"]
    payment: Annotated[PaymentRule, "when the deal pays"]
    collection_end: Annotated[CollectionRule, "when each collection period ends"]
    check_offset: Annotated[Count | None, "business days before payment on which the account is checked"] = None
    expected_maturity: Annotated[date, "when principal is expected to be repaid"]
    legal_final: Annotated[date, "the last payment date, before rolling; everything is due"]

    def check_dates(self) -> tuple[date, ...]:
        """The days on which the account is checked, `check_offset` business days before each payment.

        Without an offset the account is checked on the payment date itself.

        >>> from ipabs import spec
        >>> rule = PaymentRule(first=date(2024, 6, 28), frequency="quarterly", calendar="SSE")
        >>> dates = Dates(cut_off=date(2024, 2, 29), closing=date(2024, 3, 28), payment=rule, check_offset=5,
        ...               collection_end=CollectionRule(of="month_end"),
        ...               expected_maturity=date(2024, 9, 28), legal_final=date(2024, 9, 28))
        >>> [day.isoformat() for day in dates.check_dates()]
        ['2024-06-21', '2024-09-23']
        """
        calendar = self.payment.business_days()
        return tuple(calendar.add_business_days(day, -(self.check_offset or 0)) for day in self.timeline().payments)

    def timeline(self) -> Timeline:
        """Every payment date from the first one to legal final."""
        return make_timeline(self.cut_off, self.closing, self.payment, self.collection_end, self.legal_final)
