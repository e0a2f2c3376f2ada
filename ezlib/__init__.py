"""Forecasts, target tests and briefs from the figures that economic-zone boards publish."""

__version__ = "0.1.0"
