"""The national list of incoming reference payments (KTL): batches of records of 90 characters, in (OC 4.1-b)."""
