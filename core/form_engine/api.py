"""PUT and GET of sheets and of their photos."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.files import serve, serve_thumbnail
from core.form_engine import evidence, serializers
from core.form_engine.services import Incoming, Outcome, Result, handler_of, put_submission
from core.models import StoredFile, Submission
from core.refusals import Refused

STATUS = {
    Result.CREATED: 201,
    Result.SAVED: 200,
    Result.RECEIVED: 200,
    Result.REPEATED: 200,
    Result.CONFLICT: 409,
    Result.INCOMPLETE: 422,
}
THUMB = 160
EDGES = (160, 480, 1280)
REFUSED = serializers.RefusalSerializer


class SubmissionView(APIView):
    """One sheet."""

    parser_classes = [JSONParser]

    @extend_schema(
        operation_id="submission_put",
        request=serializers.IncomingSerializer,
        responses={
            200: serializers.ReceiptSerializer,
            201: serializers.ReceiptSerializer,
            400: REFUSED,
            401: REFUSED,
            403: REFUSED,
            404: REFUSED,
            409: serializers.ConflictSerializer,
            413: REFUSED,
            422: serializers.IncompleteSerializer,
        },
    )
    def put(self, request: Request, client_id: UUID) -> Response:
        """Save a draft, or with `final` hand the sheet in. The same again gives the same receipt; what was written over
        by somebody else is 409, and both are kept."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise Refused("这张表的内容太大（照片请单独上传），服务器没有接收；内容还在本机。", status=413)
        parsed = serializers.IncomingSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        at = clock.now()
        outcome = put_submission(Incoming(client_id, **parsed.validated_data), user=request.user, at=at)
        return Response(_body(outcome, clock.day_of(at).isoformat()), status=STATUS[outcome.result])

    @extend_schema(
        operation_id="submission_get",
        responses={200: serializers.FullSubmissionSerializer, 401: REFUSED, 403: REFUSED, 404: REFUSED},
    )
    def get(self, request: Request, client_id: UUID) -> Response:
        """What the server keeps of the sheet."""
        return Response(serializers.FullSubmissionSerializer(visible_submission(request, client_id)).data)


def _body(outcome: Outcome, day: str) -> dict[str, Any]:
    if outcome.result is Result.CONFLICT:
        return serializers.conflict(outcome)
    return serializers.incomplete(outcome) if outcome.result is Result.INCOMPLETE else serializers.receipt(outcome, day)


def visible_submission(request: Request, client_id: UUID) -> Submission:
    """The sheet, for those who may see its subject; Http404 or NotAllowed for the others."""
    found = Submission.objects.select_related("definition", "updated_by").filter(pk=client_id).first()
    if found is None:
        raise Http404
    handler = handler_of(found.kind)
    subject = handler.subject_for(request.user, found.subject_id, write=False)
    if not handler.readable(subject, found, request.user):
        raise Http404
    return found


class ConflictsView(APIView):
    """What was sent to a sheet and refused because somebody else had been first."""

    @extend_schema(
        operation_id="submission_conflicts",
        responses={200: serializers.KeptSerializer(many=True), 401: REFUSED, 403: REFUSED, 404: REFUSED},
    )
    def get(self, request: Request, client_id: UUID) -> Response:
        """Newest first."""
        kept = visible_submission(request, client_id).conflicts.select_related("user")
        return Response(serializers.KeptSerializer(kept, many=True).data)


EDGE = OpenApiParameter("edge", OpenApiTypes.INT, enum=EDGES, description="a smaller picture, longer side in pixels")


class SubmissionPhotoView(APIView):
    """A photo that a sheet shows."""

    @extend_schema(
        operation_id="submission_photo",
        parameters=[EDGE],
        responses={(200, "image/*"): OpenApiTypes.BINARY, 401: REFUSED, 403: REFUSED, 404: REFUSED},
    )
    def get(self, request: Request, client_id: UUID, sha256: str) -> HttpResponseBase:
        """For everyone who may see the sheet."""
        attached = visible_submission(request, client_id).files.filter(sha256=sha256).first()
        return _picture(request, attached)


def _picture(request: Request, stored: StoredFile | None) -> HttpResponseBase:
    if stored is None:
        raise Http404
    edge = request.query_params.get("edge", "")
    if edge.isdecimal() and int(edge) in EDGES:
        return serve_thumbnail(request._request, stored, int(edge))
    return serve(request._request, stored, inline=True)


class RawParser(BaseParser):
    """Leaves the body unread: the view reads it in chunks."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream


class EvidenceView(APIView):
    """The bytes of a photo, by their hash."""

    parser_classes = [RawParser]

    @extend_schema(
        operation_id="evidence_put",
        request={"image/*": OpenApiTypes.BINARY},
        parameters=[OpenApiParameter("X-File-Name", str, OpenApiParameter.HEADER, description="percent-encoded")],
        responses={
            200: serializers.EvidenceSerializer,
            201: serializers.EvidenceSerializer,
            401: REFUSED,
            413: REFUSED,
            415: REFUSED,
            422: REFUSED,
        },
    )
    def put(self, request: Request, sha256: str) -> Response:
        """Send a photo. Again is the same."""
        if not (request.content_type or "").startswith("image/"):
            raise Refused("这里只接收照片（JPG、PNG 或 WebP）。", status=415)
        stored, new = evidence.receive(
            request._request,
            sha256,
            name=request.headers.get("X-File-Name", ""),
            declared=int(request.META.get("CONTENT_LENGTH") or 0),
            user=request.user,
            at=clock.now(),
        )
        return Response(_evidence(stored), status=201 if new else 200)

    @extend_schema(
        operation_id="evidence_get",
        parameters=[EDGE],
        responses={(200, "image/*"): OpenApiTypes.BINARY, 401: REFUSED, 404: REFUSED},
    )
    def get(self, request: Request, sha256: str) -> HttpResponseBase:
        """What you sent yourself within the last day; who else may see a photo is decided by the sheet it stands on."""
        return _picture(request, evidence.own_recent(request.user, sha256, clock.now()))


def _evidence(stored: StoredFile) -> dict[str, Any]:
    url = reverse("core_api:evidence", args=[stored.sha256])
    return {
        "sha256": stored.sha256,
        "name": stored.name,
        "size": stored.size,
        "url": url,
        "thumb": f"{url}?edge={THUMB}",
    }
