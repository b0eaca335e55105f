"""The facilities that a case file may name."""

from ipabs.financing.facility import Terms
from ipabs.financing.leasing import Factoring, FinancialLease
from ipabs.financing.loan import BankLoan, EntrustedLoan, IPPledgedLoan, SmallLoan
from ipabs.financing.securities import Convertible, CorporateBond, Equity, VentureDebt
from ipabs.financing.securitization import Participation

FACILITY_KINDS: tuple[type[Terms], ...] = (
    BankLoan,
    IPPledgedLoan,
    SmallLoan,
    EntrustedLoan,
    FinancialLease,
    Factoring,
    CorporateBond,
    Convertible,
    VentureDebt,
    Equity,
    Participation,
)
