"""Webhooks and the events that they wait for, in SQL."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...sql.database import Connection, Database, Row, chunks, marks
from ..errors import webhook_not_found

COLUMNS = (
    "webhook_id, name, url, description, secret, status, creation_timestamp, last_updated_timestamp"
)
Event = tuple[str, str]
"""An entity and what happens to it."""

_ADD_EVENT = "INSERT INTO webhook_events (webhook_id, entity, action) VALUES (?, ?, ?)"


@dataclass
class WebhookRecord:
    """A webhook: its row in the order of `COLUMNS`, the secret encrypted, and its events."""

    row: Row
    events: list[Event] = field(default_factory=list)


class WebhookStorage(Database):
    """Webhooks, as records."""

    def create_webhook(self, row: Row, events: list[Event]) -> WebhookRecord:
        """Store a new webhook; `row` is in the order of `COLUMNS`."""
        with self.writing() as c:
            c.execute(f"INSERT INTO webhooks ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            _add_events(c, row[0], events)
            return _webhook(c, row[0])

    def webhook(self, webhook_id: str) -> WebhookRecord:
        """One webhook with its events."""
        with self.reading() as c:
            return _webhook(c, webhook_id)

    def webhooks(self, event: Event | None, offset: int, limit: int) -> list[WebhookRecord]:
        """Webhooks, the newest first; those that wait for an event, when one is given."""
        waits = (
            "WHERE webhook_id IN "
            "(SELECT webhook_id FROM webhook_events WHERE entity = ? AND action = ?) "
        )
        query = (
            f"SELECT {COLUMNS} FROM webhooks {waits if event else ''}"
            "ORDER BY creation_timestamp DESC, webhook_id LIMIT ? OFFSET ?"
        )
        with self.reading() as c:
            return _with_events(c, c.execute(query, (*(event or ()), limit, offset)).fetchall())

    def update_webhook(
        self, webhook_id: str, changes: Row, events: list[Event] | None, now: int
    ) -> WebhookRecord:
        """Change what is not None of `changes`: name, url, description, secret and status."""
        with self.writing() as c:
            changed = c.execute(
                "UPDATE webhooks SET name = coalesce(?, name), url = coalesce(?, url), "
                "description = coalesce(?, description), secret = coalesce(?, secret), "
                "status = coalesce(?, status), last_updated_timestamp = ? WHERE webhook_id = ?",
                (*changes, now, webhook_id),
            )
            if not changed.rowcount:
                raise webhook_not_found(webhook_id)
            if events is not None:
                c.execute("DELETE FROM webhook_events WHERE webhook_id = ?", (webhook_id,))
                _add_events(c, webhook_id, events)
            return _webhook(c, webhook_id)

    def delete_webhook(self, webhook_id: str) -> None:
        """Remove a webhook, its secret and its events."""
        with self.writing() as c:
            if not c.execute("DELETE FROM webhooks WHERE webhook_id = ?", (webhook_id,)).rowcount:
                raise webhook_not_found(webhook_id)
            c.execute("DELETE FROM webhook_events WHERE webhook_id = ?", (webhook_id,))


def _add_events(c: Connection, webhook_id: str, events: list[Event]) -> None:
    c.executemany(_ADD_EVENT, [(webhook_id, entity, action) for entity, action in events])


def _webhook(c: Connection, webhook_id: str) -> WebhookRecord:
    row = c.execute(
        f"SELECT {COLUMNS} FROM webhooks WHERE webhook_id = ?", (webhook_id,)
    ).fetchone()
    if row is None:
        raise webhook_not_found(webhook_id)
    return _with_events(c, [row])[0]


def _with_events(c: Connection, rows: list[Row]) -> list[WebhookRecord]:
    records = {row[0]: WebhookRecord(row) for row in rows}
    for some in chunks(records):
        query = (
            f"SELECT webhook_id, entity, action FROM webhook_events "
            f"WHERE webhook_id IN ({marks(some)}) ORDER BY entity, action"
        )
        for webhook_id, entity, action in c.execute(query, some):
            records[webhook_id].events.append((entity, action))
    return list(records.values())
