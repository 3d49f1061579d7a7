"""The channels that a delivery passed over, as its row keeps them: ``CHANNEL=why`` parted by spaces."""


def skipped_channels(written: str) -> list[tuple[str, str]]:
    """Each channel that ``InvoiceDelivery.skipped`` names, with the word that says why, in the order of the cascade."""
    pairs = (one.partition("=") for one in written.split())
    return [(channel, why) for channel, _, why in pairs]
