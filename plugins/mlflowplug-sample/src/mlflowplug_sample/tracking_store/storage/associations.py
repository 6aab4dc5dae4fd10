"""What traces are linked to, in SQL."""

from __future__ import annotations

from collections.abc import Iterable

from ...sql.database import Connection, Database, chunks, marks
from .runs import require_run
from .traces import require_trace

_LINK = (
    "INSERT INTO entity_associations (source_type, source_id, destination_type, destination_id) "
    "VALUES ('trace', ?, ?, ?) ON CONFLICT DO NOTHING"
)


class AssociationStorage(Database):
    """Links from traces to runs, and to versions of prompts."""

    def link_traces(self, trace_ids: Iterable[str], run_id: str) -> None:
        """Link traces, which may come later, to a run."""
        with self.writing() as c:
            require_run(c, run_id)
            c.executemany(_LINK, [(key, "run", run_id) for key in sorted(trace_ids)])

    def unlink_traces(self, trace_ids: Iterable[str], run_id: str) -> None:
        """Take links back; those that are not there are no error."""
        with self.writing() as c:
            for some in chunks(trace_ids):
                c.execute(
                    "DELETE FROM entity_associations WHERE source_type = 'trace' "
                    "AND destination_type = 'run' AND destination_id = ? "
                    f"AND source_id IN ({marks(some)})",
                    (run_id, *some),
                )

    def link_prompts(self, trace_id: str, prompts: Iterable[str]) -> None:
        """Link a trace to versions of prompts, each `name/version`."""
        with self.writing() as c:
            require_trace(c, trace_id)
            c.executemany(_LINK, [(trace_id, "prompt_version", one) for one in sorted(prompts)])


def unlink_run(c: Connection, run_id: str) -> None:
    """Remove what hangs on a run that is removed for good: links and what it assessed."""
    c.execute(
        "DELETE FROM entity_associations WHERE destination_type = 'run' AND destination_id = ?",
        (run_id,),
    )
    c.execute("DELETE FROM assessments WHERE run_id = ?", (run_id,))
