import threading

import pytest
from django.db import DatabaseError, connection, transaction

from core import audit, clock
from core.models import AuditEvent


def write(count: int) -> None:
    for number in range(count):
        audit.record("test.write", None, actor=None, at=clock.now(), after={"n": number})


def chain_holds() -> bool:
    previous = ""
    for expected, event in enumerate(AuditEvent.objects.sealed(), start=1):
        if event.number != expected or event.previous != previous or event.digest != audit.link(previous, event):
            return False
        previous = event.digest
    return True


@pytest.mark.django_db
def test_sealing_numbers_without_gaps_and_chains():
    write(5)
    assert audit.seal() == 5
    write(3)
    audit.seal()
    assert AuditEvent.objects.sealed().last().number == 8
    assert chain_holds()


@pytest.mark.django_db
def test_an_event_is_never_altered_nor_deleted():
    write(1)
    for statement in ("UPDATE core_auditevent SET reason = 'x'", "DELETE FROM core_auditevent"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_a_changed_event_breaks_the_chain():
    write(3)
    audit.seal()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER audit_guard_row")
        cursor.execute("UPDATE core_auditevent SET reason = '改动' WHERE number = 2")
        cursor.execute("ALTER TABLE core_auditevent ENABLE TRIGGER audit_guard_row")
    assert not chain_holds()


@pytest.mark.django_db(transaction=True)
def test_eight_sealers_and_writers_at_once_do_not_fork():
    def work() -> None:
        try:
            for _ in range(5):
                write(4)
                audit.seal()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    audit.seal()
    assert AuditEvent.objects.filter(action="test.write").count() == 160
    assert AuditEvent.objects.unsealed().count() == 0
    assert chain_holds()
