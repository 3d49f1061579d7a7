"""The gate: how a file comes in, whoever brings it and by whatever way: commands, pages and the interface call it.

Facts in: bytes and a name. Facts out: the file in the inbox, what its room made of it, and the answer that was given.
The gate finds the room by what the file is; rights, rules and refusals are the room's own.
"""
