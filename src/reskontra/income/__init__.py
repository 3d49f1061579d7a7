"""The river of income: from the billing request to the collected claim. A room follows a chapter of OC."""
