"""What leaves the platform: one row a message, claimed by a lease, tried until it is through, every error kept.

A message is written once, before its first try, and carries its token at every try (Message-ID of a mail, a header of
a post): who is killed between the other side's answer and the commit sends the same message again, not another one.
"""

import logging
import time
import traceback
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from core.channels import CHANNELS, Down, Failed, Sender
from core.models import Delivery, Notice

logger = logging.getLogger(__name__)
# Longer than handing over, the runs of both channels and the slowest message together; who is killed leaves it to
# run out.
LEASE = timedelta(minutes=3)
# Each channel has its own: a backlog of mails does not keep the groups waiting.
RUN_SECONDS = 30.0
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
# A server may be down over the nine days of a Spring Festival and the days after it.
PATIENCE = timedelta(days=14)
DAILY_SUBJECT = "一体化执法行动平台：今日提醒与消息"


def send_due(at: datetime) -> int:
    """Bring out what is due, channel by channel. Returns how many messages went through."""
    sent = 0
    for channel, make in CHANNELS.items():
        started = time.monotonic()
        with make() as sender:
            while time.monotonic() - started < RUN_SECONDS and (row := claim(channel, at)) is not None:
                try:
                    sent += attempt(sender, row, at)
                except Down:
                    break
    return sent


def claim(channel: str, at: datetime) -> Delivery | None:
    """Lease the message that waits longest and write it if it is not written, or None."""
    if channel == Delivery.Channel.MAIL and not settings.EMAIL_HOST:
        return None
    with transaction.atomic():
        row = (
            Delivery.objects.due(at)
            .filter(channel=channel)
            .select_related("recipient", "robot")
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("next_at", "pk")
            .first()
        )
        if row is not None:
            write(row)
            row.attempts, row.leased_until, row.tried_at = row.attempts + 1, at + LEASE, at
            row.save(update_fields=["attempts", "leased_until", "tried_at", "subject", "body"])
        return row


def write(row: Delivery) -> None:
    """Once: a mail that is tried again says the same."""
    if not row.body:
        notices = sorted(row.notices.all(), key=lambda notice: (notice.digest is None, notice.pk))
        row.subject = f"一体化执法行动平台：{notices[0].title}"[:120] if len(notices) == 1 else DAILY_SUBJECT
        row.body = "\n\n".join(said(notice) for notice in notices) or DAILY_SUBJECT


def said(notice: Notice) -> str:
    """A notice as text: the items of a reminder each with its address."""
    if notice.digest is not None:
        return "\n".join([notice.title, *listed(notice.digest)])
    return "\n".join(filter(None, [notice.title, notice.body, address_of(notice.url)]))


def listed(digest: dict[str, Any]) -> Iterable[str]:
    for number, line in enumerate(digest["lines"], 1):
        yield f"{number}. {line['text']}"
        if line["url"]:
            yield f"   {address_of(line['url'])}"
    if more := digest["count"] - len(digest["lines"]):
        yield f"另有 {more} 项，请到工作台查看：{address_of('/')}"


def address_of(url: str) -> str:
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}{url}" if url else ""


def attempt(sender: Sender, row: Delivery, at: datetime) -> bool:
    """One try. What failed waits longer every time; a channel that is down raises Down, so that nobody hammers it."""
    try:
        sender.send(row)
    except Down as down:
        put_off(row, down, at)
        raise
    except Failed as failed:
        put_off(row, failed, at)
        return False
    except Exception as error:
        # One message that nobody foresaw stops neither this run nor the ones after it. No word of the error itself is
        # kept: it may hold the address of a robot.
        logger.error("%s %s: %s", row.channel, row.pk, "".join(traceback.format_tb(error.__traceback__)))
        put_off(row, Failed(type(error).__name__), at)
        return False
    row.sent_at, row.leased_until, row.last_error = at, None, ""
    row.save(update_fields=["sent_at", "leased_until", "last_error"])
    return True


def put_off(row: Delivery, failed: Failed, at: datetime) -> None:
    logger.warning("%s %s failed at try %s: %s", row.channel, row.pk, row.attempts, failed)
    row.last_error, row.leased_until = str(failed)[:300], None
    row.next_at = at + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(row.attempts - 1, 10))
    if failed.final or at - row.created_at > PATIENCE:
        row.given_up_at = at
    row.save(update_fields=["last_error", "leased_until", "next_at", "given_up_at"])
