"""The head of deals of four quarterly payments on undisturbed dates."""

QUARTERLY = """
ipabs: 1
name: Test deal
market: none
vehicle: trust
currency: CNY
dates:
  cut_off: 2024-03-28
  closing: 2024-03-28
  payment: {first: 2024-06-28, frequency: quarterly, calendar: every_day, roll: none}
  collection_end: {day: 20, of: payment_month}
  expected_maturity: 2024-12-28
  legal_final: 2025-03-28
"""
