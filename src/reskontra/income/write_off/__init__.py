"""Write-off and valuation (OC 5.1, 6.4): proposed, decided by two of the unit, posted."""
