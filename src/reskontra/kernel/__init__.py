"""The ground floor: values that know the law of their form. Pure Python, no Django, no clock."""
