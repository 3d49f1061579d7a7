"""What the database refuses of files in and out, by the name of the constraint."""
# ruff: noqa: E501 - a table: one line for each constraint

from database.refusal_lines.line import NOWHERE, Line, line, same

REFUSED: list[Line] = [
    # Files in and out
    line("a_file_comes_in_to_a_unit", "exchange_inboxfile", unit_id=NOWHERE),
    line("the_same_file_comes_in_once", "exchange_inboxfile", digest=same("digest", "exchange_inboxfile")),
    line("a_batch_comes_from_a_run", "exchange_outboxfile", run_id=NOWHERE),
    line("a_batch_has_its_name_once", "exchange_outboxfile", name=same("name", "exchange_outboxfile")),
    line("a_batch_is_not_empty", "exchange_outboxfile", documents=0),
    line("an_outbox_event_belongs_to_a_batch", "exchange_outboxevent", file_id=NOWHERE),
    line("a_batch_moves_through_known_states", "exchange_outboxevent", state="lost"),
    line("a_held_batch_is_decided_by_two", "exchange_outboxevent", state="released"),
    line("a_held_batch_is_decided_by_two", "exchange_outboxevent", state="sent", person_id=same("id", "registers_person")),
    line("a_held_batch_is_decided_by_two", "exchange_outboxevent", state="sent", second_person_id=same("id", "registers_person")),
    line("a_held_batch_is_decided_by_two", "exchange_outboxevent", state="sent", person_id=same("id", "registers_person"), second_person_id=same("id", "registers_person")),
]  # fmt: skip
