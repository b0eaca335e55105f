"""
From a raw tape to an eligible pool
===================================

A structurer receives a list of contracts as the lender keeps it: headings and words of its own, amounts in units of ten
thousand yuan, a few slips. This page reads it, finds every slip at once, screens the contracts, looks at the
concentration of what is left, chooses a pool within the limits and projects what it will pay.

The list is made up for this page.
"""

# %%
# The tape
# --------
#
# In practice this is a file and `ipabs.io.table.read_table` reads it, as CSV or as a workbook. The first line is a
# comment, and stays with the table as its notice.
from datetime import date

import matplotlib.pyplot as plt

from ipabs import spec
from ipabs.basics.timeline import Timeline
from ipabs.io.table import parse_table
from ipabs.pool import (
    AverageLimit,
    ConcentrationLimit,
    Criterion,
    MinimumNumber,
    Size,
    TapeMapping,
    Vectors,
    check_tape,
    limit_findings,
    project,
    read_tape,
    screen,
    select_pool,
    stratify,
    top_names,
)

RAW = """# 示例：以下合同均为虚构
借款编号,借款企业,所属行业,放款额,放款日,到期日,年利率,还款,评估价值
A01,甲一科技,人工智能,1800,2024/3/28,2026/3/28,3.80,按季还本,3200
A02,甲二科技,人工智能,1500,2024/3/28,2026/3/28,3.95,按季还本,2600
A03,乙一信息,信息技术,1200,2024/3/28,2025/3/28,3.65,到期还本,1900
A04,乙二信息,信息技术,1000,2024/3/28,2026/3/28,4.10,等额本息,1500
A05,乙三信息,信息技术,900,2024/3/28,2026/3/28,4.00,等额本息,1400
A06,丙一能源,新能源,900,2024/3/28,2025/3/28,3.70,到期还本,1600
A07,丙二能源,新能源,800,2024/3/28,2026/3/28,4.20,按季还本,1000
A08,丁一医药,生物医药,700,2024/3/28,2026/3/28,4.40,等额本息,900
A09,丁二医药,生物医药,600,2024/3/28,2027/3/28,4.60,等额本息,700
A10,戊一链,区块链,500,2024/3/28,2025/3/28,4.30,到期还本,900
A11,戊二链,区块链,400,2024/3/28,2025/3/28,4.35,到期还本,650
A12,己一软件,信息技术,300,2024/3/28,2023/3/28,4.05,按季还本,500
A13,己二软件,信息技术,三百,2024/3/28,2026/3/28,四点一,按季还本,480
"""
table = parse_table(RAW.encode(), file="loans.csv")
print(table.notice, "|", table.form, "|", len(table), "rows")

# %%
# A mapping says what the lender's words mean
# -------------------------------------------
#
# Common headings are known in both languages; the others, the units and the house words stand in a small file.
mapping = spec.load(
    TapeMapping,
    """
columns:
  借款编号: id
  借款企业: obligor
  放款额: {field: principal, unit: 万元}
  放款日: start
  年利率: {field: contract_rate, unit: "%"}
  还款: amortization
  评估价值: {field: appraised_value, unit: 万元}
constants: {kind: pledged_loan, frequency: quarterly, day_count: ACT/365F}
words: {按季还本: linear}
""",
    file="mapping.yaml",
)

# %%
# Every slip at once
# ------------------
#
# Each finding names file, row, column and cell, what stands there and what would be valid. A workbook with the cells
# marked comes from `ipabs.pool.marked_workbook`.
for found in check_tape(table, mapping=mapping):
    print(found)

# %%
# The lender corrects the two rows.
corrected = RAW.replace("2024/3/28,2023/3/28", "2024/3/28,2026/3/28").replace(
    "三百,2024/3/28,2026/3/28,四点一", "300,2024/3/28,2026/3/28,4.10"
)
pool = read_tape(parse_table(corrected.encode(), file="loans.csv"), mapping=mapping)
print(f"{len(pool)} contracts, {pool.principal:,.0f} yuan")

# %%
# Eligibility
# -----------
#
# Criteria are data with names. What the tape says beyond terms and firms, here the appraised value in ten thousand
# yuan, is a column like the others.
criteria = (
    Criterion(name="size", column="principal", minimum=4_000_000, maximum=20_000_000),
    Criterion(name="life", column="remaining_months", maximum=30),
)
screening = screen(pool, criteria, as_of=date(2024, 3, 28))
for note in screening.findings():
    print(note)
eligible = screening.eligible
screening.to_frame()

# %%
# Stratification
# --------------
stratify(eligible, "sector")

# %%
stratify(eligible, "principal", bands=[0, 5e6, 10e6, 20e6], then="amortization")

# %%
top_names(eligible, count=5)

# %%
# Concentration
# -------------
#
# The exchange's usual limits come ready, marked as assumptions to check against the rules in force. All contracts
# together keep them; the first seven alone would not.
for found in limit_findings(eligible.select(eligible.ids[:7])):
    print(found)

# %%
# A choice within the limits
# --------------------------
#
# The largest pool of at most 90 million in which no industry holds more than 35 %, the three largest firms at most
# 55 %, and the average rate is at least 4.02 %. `binding` names the limits without which more would fit.
limits = (
    ConcentrationLimit(name="industry", by="sector", maximum=0.35),
    ConcentrationLimit(name="three largest", by="obligor", top=3, maximum=0.55),
    MinimumNumber(name="firms", by="obligor", minimum=8),
    AverageLimit(name="rate", column="contract_rate", minimum=0.0402),
)
choice = select_pool(eligible, limits, size=Size(maximum=90_000_000))
print(f"{choice.objective:,.0f} yuan in {len(choice.pool)} contracts; binding: {', '.join(choice.binding)}")

# %%
# What it pays
# ------------
#
# Without stress the projection is the contracts' schedule; with 4 % of defaults a year and a loss of 75 % of each,
# some of it never comes.
ends = tuple(date(2024 + (month - 1) // 12, (month - 1) % 12 + 1, 28) for month in range(6, 28, 3))
line = Timeline(
    cut_off=date(2024, 3, 28), closing=date(2024, 3, 28), collection_ends=ends, accrual_ends=ends, payments=ends
)
contractual = project(choice.pool, line)
stressed = project(choice.pool, line, Vectors(cdr=0.04, severity=0.75, recovery_lag=6))
figure, axes = plt.subplots(figsize=(7, 3.5))
axes.bar([str(day)[:7] for day in ends], contractual.total[0] / 1e6, color="#9FD0EE", label="contract")
axes.bar([str(day)[:7] for day in ends], stressed.total[0] / 1e6, width=0.5, color="#0072B2", label="under stress")
axes.set_ylabel("million yuan")
axes.tick_params(axis="x", rotation=45)
axes.legend(frameon=False)
figure.tight_layout()
