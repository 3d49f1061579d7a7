"""An invented world to try Reskontra in: registers as readable files, and a day's incoming material.

Nothing in it is real. Names of agencies, companies and people are made up, personal codes are from the test
range 900 to 999, business ids and bank accounts have right check digits and belong to nobody.
"""
