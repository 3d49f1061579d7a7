"""Interest (OC 6.1.5, 6.1.1): what came late is charged with interest, and so is time to pay, each on its own invoice.

Facts in: claims and all that settled them, credits, payment time, waivers, blocks, cases, what was charged before.
Facts out: claim decisions, interest invoices with their specification, claims, vouchers, letters.
Who approves: nobody anew; late interest was approved beforehand with the invoicing that it comes of (OC 6.1.5-a).
"""
