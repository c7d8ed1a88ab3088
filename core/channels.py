"""The two ways out: a mail server by SMTP, and the robots of chat groups by HTTPS. They send or say why not."""

import http.client
import json
import smtplib
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from core.models import ChatRobot, Delivery
from core.refusals import Refused

# The host at which each platform's robots live; a host that is not here (a platform of one's own) may be any kind.
HOME = {
    "qyapi.weixin.qq.com": ChatRobot.Kind.WECOM,
    "oapi.dingtalk.com": ChatRobot.Kind.DINGTALK,
    "open.feishu.cn": ChatRobot.Kind.FEISHU,
}
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
HTTPS_PORT = 443
# An answer of a robot is a line of JSON.
LONGEST_ANSWER = 64 * 1024
# What the narrowest of the three takes, in bytes.
LONGEST_TEXT = 2000


class Failed(Exception):
    """One message did not go through. `final`: trying again is of no use."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


class Down(Failed):
    """The channel itself does not answer: the others wait, too."""


class Sender(Protocol):
    def send(self, row: Delivery) -> None: ...


def named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


class Mailer(AbstractContextManager["Mailer"]):
    """One connection for as many mails as there are."""

    def __init__(self) -> None:
        self.connection: Any = None

    def send(self, row: Delivery) -> None:
        person = row.recipient
        if person is None or not person.is_active or not person.email:
            raise Failed("收件人已停用或没有邮箱", final=True)
        self.post(message_of(row.subject, row.body, person.email, f"{row.token}"))

    def post(self, message: EmailMessage) -> None:
        try:
            if self.connection is None:
                self.connection = opened()
            self.connection.send_messages([message])
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused, ValueError) as error:
            self.close()
            raise Failed(named(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Down(named(error)) from error

    def close(self) -> None:
        """Without a word of farewell that could fail again."""
        if self.connection is not None and self.connection.connection is not None:
            self.connection.connection.close()
        self.connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        if self.connection is not None:
            self.connection.close()


def opened() -> Any:
    connection: Any = get_connection(fail_silently=False)
    connection.open()
    return connection


def message_of(subject: str, body: str, address: str, token: str) -> EmailMessage:
    host = urlsplit(settings.PUBLIC_BASE_URL).hostname or "localhost"
    return EmailMessage(" ".join(subject.split()), body, None, [address], headers={"Message-ID": f"<{token}@{host}>"})


class Poster(AbstractContextManager["Poster"]):
    def send(self, row: Delivery) -> None:
        assert row.robot is not None
        post(row.robot, row.body, f"{row.token}")

    def __exit__(self, *raised: object) -> None:
        return None


CHANNELS: dict[str, Callable[[], Any]] = {Delivery.Channel.MAIL: Mailer, Delivery.Channel.CHAT: Poster}


def refuse_address(url: str, kind: str) -> None:
    """HTTPS to a host of the list that is not another platform's, the standard port, no name in the address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("机器人地址不是有效的网址。", field="url", status=422) from error
    if settings.CHAT_LOOPBACK and parts.hostname in LOOPBACK:
        return
    if parts.scheme != "https":
        raise Refused("机器人地址须以 https:// 开头。", field="url", status=422)
    if parts.username is not None or parts.password is not None or port not in (None, HTTPS_PORT):
        raise Refused("机器人地址不能带用户名、密码或端口。", field="url", status=422)
    if parts.hostname not in settings.CHAT_HOSTS:
        allowed = "、".join(settings.CHAT_HOSTS)
        raise Refused(f"机器人地址只能指向：{allowed}。", field="url", status=422)
    if (own := HOME.get(parts.hostname or "", kind)) != kind:
        said = ChatRobot.Kind
        raise Refused(
            f"这是{said(own).label}的地址，平台选的是{said(kind).label}；请改选平台，或换成{said(kind).label}的机器人地址。",
            field="url",
            status=422,
        )


def masked(url: str) -> str:
    """Enough to tell one address from another, too little to use it."""
    return f"{urlsplit(url).hostname}/…{url[-4:]}" if url else ""


def post(robot: ChatRobot, text: str, token: str) -> None:
    """One message to a group. Never follows a redirect, never tells the address in an error."""
    try:
        refuse_address(robot.url, robot.kind)  # the list of hosts may have become shorter since it was entered
        status, answer = exchange(robot.url, json.dumps(content_of(robot, text)).encode(), token)
    except Refused as refused:
        raise Failed(f"{refused}", final=True) from None
    except (http.client.HTTPException, OSError, UnicodeError) as error:
        raise Failed(without(named(error), robot.url)) from None
    refuse_answer(status, answer, robot.url)


def content_of(robot: ChatRobot, text: str) -> dict[str, Any]:
    short = text.encode()[:LONGEST_TEXT].decode(errors="ignore")
    if robot.kind == ChatRobot.Kind.FEISHU:
        return {"msg_type": "text", "content": {"text": short}}
    return {"msgtype": "text", "text": {"content": short}}


def exchange(url: str, body: bytes, token: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    host, path = str(parts.hostname), f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    line: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        line = http.client.HTTPSConnection(host, parts.port, timeout=settings.EMAIL_TIMEOUT, context=context)
    else:
        line = http.client.HTTPConnection(host, parts.port, timeout=settings.EMAIL_TIMEOUT)
    try:
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": token}
        line.request("POST", path, body, headers)
        answer = line.getresponse()
        return answer.status, answer.read(LONGEST_ANSWER)
    finally:
        line.close()


def refuse_answer(status: int, answer: bytes, url: str) -> None:
    """A robot says 200 also when it refuses: what counts is errcode (企业微信、钉钉) or code (飞书)."""
    if status != http.client.OK:
        raise Failed(f"HTTP {status}")
    try:
        said = json.loads(answer)
        code = said.get("errcode", said.get("code", said.get("StatusCode")))
    except (ValueError, AttributeError) as error:
        raise Failed("回答不是 JSON 对象") from error
    if code != 0:
        raise Failed(without(f"{code} {said.get('errmsg', said.get('msg', ''))}", url))


def without(text: str, url: str) -> str:
    """The text without the address, its query or its last part, which are what makes it a secret."""
    parts = urlsplit(url)
    for secret in (url, parts.query, parts.path.rpartition("/")[2]):
        if len(secret) > 3:
            text = text.replace(secret, "…")
    return text
