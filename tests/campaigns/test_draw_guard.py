"""Whoever comes through SQL: what is sealed, said or drawn stays."""

import pytest
from django.db import DatabaseError, connection, transaction

from campaigns.draw_rules import commitment
from campaigns.models import Draw
from campaigns.services import draws
from core.models import AuditEvent
from tests.campaigns import draw_scene as scene
from tests.campaigns.draw_scene import AFTER, COMMIT_BY, SECRETS, SOON

pytestmark = pytest.mark.django_db


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def refused(sql: str) -> bool:
    try:
        run(sql)
    except DatabaseError as error:
        return "never altered" in str(error) or "never deleted" in str(error) or "a draw does not go" in str(error)
    return False


def columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("table", ["campaigns_frozenpool", "campaigns_poolversion"])
def test_a_sealed_list_is_neither_altered_nor_deleted(cast, table):
    scene.sealed(cast)
    assert refused(f"UPDATE {table} SET text = text || ' '")
    assert refused(f"DELETE FROM {table}")


LATER = {
    *("state", "public_value", "value_entered_by_id", "value_entered_at", "value_confirmed_by_id"),
    *("value_confirmed_at", "seed", "protocol", "result_digest", "drawn_by_id", "drawn_at", "ended_at", "end_reason"),
}


def another(column: str) -> str:
    """Some other value of any type of column."""
    kinds = {
        "character varying": f"'x' || left({column}, 5)",
        "integer": f"{column} + 1",
        "bigint": f"COALESCE({column}, 0) + 1",
        "boolean": f"NOT {column}",
        "date": f"{column} + 1",
        "timestamp with time zone": f"COALESCE({column}, '2020-05-12') + interval '1 minute'",
        "jsonb": """'{"x": 1}'::jsonb""",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT data_type FROM information_schema.columns WHERE table_name = 'campaigns_draw' AND column_name = %s",
            [column],
        )
        return kinds[cursor.fetchone()[0]]


def test_every_column_that_was_sealed_stays(cast):
    draw = scene.sealed(cast)
    sealed = [name for name in columns("campaigns_draw") if name not in LATER]
    assert len(sealed) > 25
    loose = [name for name in sealed if not refused(f"UPDATE campaigns_draw SET {name} = {another(name)}")]
    assert loose == []
    assert refused(f"DELETE FROM campaigns_draw WHERE id = {draw.pk}")


def test_every_column_of_a_result_stays(cast):
    draw = scene.drawn(cast)
    loose = [
        name
        for name in columns("campaigns_draw")
        if name not in ("ended_at", "end_reason") and not refused(f"UPDATE campaigns_draw SET {name} = {another(name)}")
    ]
    assert loose == []
    draws.redraw(draw, actor=cast.leader_city, at=AFTER, reason="范围有误")
    assert refused(f"UPDATE campaigns_draw SET end_reason = '别的' WHERE id = {draw.pk}")


def test_a_confirmed_public_value_stays_and_states_go_forward(cast):
    draw = scene.ready(cast)
    for name in ("public_value", "value_entered_by_id", "value_confirmed_at"):
        assert refused(f"UPDATE campaigns_draw SET {name} = {another(name)}")
    for state in ("draft", "superseded"):
        assert refused(f"UPDATE campaigns_draw SET state = '{state}', seed = 'x', drawn_at = '2020-05-12'")
    assert draws.hold(draw, actor=cast.officer_city, at=AFTER).state == "drawn"


def test_what_was_drawn_stays_and_nothing_is_added(cast):
    scene.drawn(cast)
    table = "campaigns_drawntarget"
    for change in ('"order" = "order" + 9', "drawn_team = '[1, 2]'", "stratum = 'x'", "target_id = target_id + 1"):
        assert refused(f"UPDATE {table} SET {change}")
    assert refused(f"DELETE FROM {table}")
    names = [name for name in columns(table) if name not in ("id", "order", "target_id")]
    same = ", ".join(names)
    with pytest.raises(DatabaseError, match="nothing is added"):
        run(f'INSERT INTO {table} ("order", target_id, {same}) SELECT 99, target_id, {same} FROM {table} LIMIT 1')
    run(f"UPDATE {table} SET team = '[1, 2]', is_dropped = true")


def test_what_a_participant_said_and_who_takes_part_stay(cast):
    draw = scene.committed(scene.sealed(cast))
    draws.reveal(draw, cast.discipline, SECRETS["witness"], at=COMMIT_BY)
    table = "campaigns_drawparticipant"
    for change in ("commitment = 'x'", "committed_at = '2020-05-12'", f"user_id = {cast.leader_city.pk}"):
        assert refused(f"UPDATE {table} SET {change} WHERE role = 'witness'")
    for change in ("value = 'x'", "revealed_at = '2020-05-12'", "value = ''"):
        assert refused(f"UPDATE {table} SET {change} WHERE role = 'witness'")
    assert refused(f"DELETE FROM {table}")
    draws.reveal(draw, cast.officer_city, SECRETS["organiser"], at=COMMIT_BY)


def test_a_draft_is_still_anybodys_to_change(cast):
    draw = scene.draft(cast)
    run(f"UPDATE campaigns_draw SET title = '别的' WHERE id = {draw.pk}")
    assert Draw.objects.get(pk=draw.pk).title == "别的"


def test_the_trail_keeps_the_fingerprints(cast):
    draw = scene.drawn(cast)
    said = {row.action: row.detail for row in AuditEvent.objects.filter(action__startswith="campaigns.draw.")}
    assert said["campaigns.draw.publish"]["pool_digest"] == draw.pool_digest
    assert said["campaigns.draw.hold"]["result_digest"] == draw.result_digest
    kept = AuditEvent.objects.filter(action="campaigns.drawparticipant.commit").values_list("detail", flat=True)
    made = {commitment(draw.pool_digest, role, secret) for role, secret in SECRETS.items()}
    assert {one["commitment"] for one in kept} == made
    assert draw.published_at < SOON
