"""What the database refuses of files in and out, by the name of the constraint."""
# ruff: noqa: E501 - a table: one line for each constraint

from database.refusal_lines.line import NOWHERE, Line, line, same

REFUSED: list[Line] = [
    # Files in and out
    line("a_file_comes_in_to_a_unit", "exchange_inboxfile", unit_id=NOWHERE),
    line("the_same_file_comes_in_once", "exchange_inboxfile", digest=same("digest", "exchange_inboxfile")),
    line("an_answer_is_about_a_file", "exchange_fileanswer", file_id=NOWHERE),
    line("a_file_is_taken_in_or_refused", "exchange_fileanswer", state="lost"),
    line("a_file_comes_by_a_known_way", "exchange_fileanswer", way="mail"),
    line("nothing_is_taken_of_a_refused_file", "exchange_fileanswer", state="refused"),
    line("a_request_is_answered_in_a_unit", "exchange_apianswer", unit_id=NOWHERE),
    line("a_request_is_answered_once", "exchange_apianswer", name=same("name", "exchange_apianswer")),
    line("only_what_was_done_is_answered_again", "exchange_apianswer", status=422),
    line("an_answered_request_has_a_digest", "exchange_apianswer", request="the request"),
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
