"""What every endpoint of the interface shares: how it says no."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler
from rest_framework.views import set_rollback

from core.refusals import Refused

SENTENCES = {
    400: "请求的格式不对，服务器读不懂。",
    401: "登录已失效，请重新登录。填写的内容还在，登录后会接着保存。",
    403: "您没有办理这项业务的权限，请联系本单位管理员授权。",
    404: "没有找到，或者不在您的管辖范围内。",
    405: "这个地址不支持这种操作。",
    413: "内容太大，服务器没有接收。",
    415: "这种格式不能接收。",
    429: "操作太频繁，请稍后再试。",
}
CSRF_SENTENCE = "页面已过期，请刷新后再试。填写的内容还在本机。"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as {"message": one Chinese sentence, "problems": [{"path", "message"}]}."""
    if isinstance(error, Refused):
        set_rollback()
        problems = [{"path": path, "message": said} for path, texts in error.errors.items() for said in texts]
        return Response({"message": error.message, "problems": problems}, status=error.status)
    if isinstance(error, RecursionError):  # JSON nested too deep for the parser
        error = exceptions.ParseError()
    response = drf_exception_handler(error, context)
    if response is not None:
        response.data = _body(error, response)
    return response


def _body(error: Exception, response: Response) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        return {"message": "有内容没有填对。", "problems": list(_flatten(error.detail, ""))}
    if isinstance(error, exceptions.NotAuthenticated):
        response.status_code = 401  # a session has no challenge to answer, but 401 and 403 are different news to people
    if isinstance(error, exceptions.PermissionDenied) and str(error.detail).startswith("CSRF"):
        return {"message": CSRF_SENTENCE, "problems": []}
    said = str(error) if isinstance(error, (Http404, PermissionDenied)) else ""
    ours = "" if said.isascii() else said  # Django's own word for what it does not find is English
    return {"message": ours or SENTENCES.get(response.status_code, "服务器没有接受这个请求。"), "problems": []}


def _flatten(detail: Any, path: str) -> Any:
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _flatten(value, f"{path}.{key}" if path else str(key))
    elif isinstance(detail, list):
        for value in detail:
            yield from _flatten(value, path)
    else:
        yield {"path": path, "message": str(detail)}
