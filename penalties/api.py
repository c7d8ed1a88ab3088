"""Cases under /api/v1: read, and take a step through the same door as the pages."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.gate import Person, require
from accounts.models import User
from core import clock
from core.paging import KeysetPagination
from core.refusals import Refused
from penalties.forms import form_for
from penalties.models import CaseStep, PenaltyCase
from penalties.states import CASES, CaseState
from penalties.steps import take_step


class CaseStepSerializer(serializers.ModelSerializer[CaseStep]):
    class Meta:
        model = CaseStep
        fields = ["kind", "occurred_on", "recorded_at", "document_number", "fine", "text"]


class PenaltyCaseSerializer(serializers.ModelSerializer[PenaltyCase]):
    # As told to whom the case was read for; a case just moved was moved by somebody who sees it whole.
    state = serializers.SerializerMethodField()
    steps = CaseStepSerializer(many=True, read_only=True)

    class Meta:
        model = PenaltyCase
        fields = ["id", "number", "party_name", "party_uscc", "cause", "state", "filed_on", "issue", "steps"]

    @extend_schema_field(serializers.ChoiceField(choices=CaseState.choices))
    def get_state(self, case: PenaltyCase) -> str:
        return case.told_state


def seen_cases(user: Person) -> QuerySet[PenaltyCase]:
    """The cases a person sees, each with the steps the person is told of."""
    steps = Prefetch("steps", queryset=CaseStep.objects.visible_to(user))
    return PenaltyCase.objects.visible_to(user).prefetch_related(steps)


@extend_schema(operation_id="case_list", responses=PenaltyCaseSerializer(many=True))
@api_view(["GET"])
def case_list(request: Request) -> Response:
    paginator = KeysetPagination()
    page = paginator.paginate_queryset(seen_cases(request.user).order_by("-id"), request)
    return paginator.get_paginated_response(PenaltyCaseSerializer(page, many=True).data)


@extend_schema(operation_id="case_detail", responses=PenaltyCaseSerializer)
@api_view(["GET"])
def case_detail(request: Request, pk: int) -> Response:
    return Response(PenaltyCaseSerializer(get_object_or_404(seen_cases(request.user), pk=pk)).data)


@extend_schema(operation_id="case_step", request=OpenApiTypes.OBJECT, responses=PenaltyCaseSerializer)
@api_view(["POST"])
def case_step(request: Request, pk: int, action: str) -> Response:
    """Take one step. 404 outside, 403 without the right, 409 where the state does not allow it, 422 for bad fields."""
    case = get_object_or_404(PenaltyCase.objects.visible_to(request.user), pk=pk)
    arrow = next((t for t in CASES.transitions if t.action == action), None)
    if arrow is None:
        raise Refused("没有这种办理动作。", status=404)
    require(request.user, arrow.capability, case.row_for(arrow.capability))
    assert isinstance(request.user, User)
    CASES.arrow(case.state, action)
    said = cleaned(action, case, request.data)
    moved = take_step(case, action, said, actor=request.user, at=clock.now())
    return Response(PenaltyCaseSerializer(moved).data)


def cleaned(action: str, case: PenaltyCase, data: Any) -> dict[str, Any]:
    form = form_for(action, case, data if isinstance(data, dict) else {})
    if not form.is_valid():
        errors = {name: [str(e) for e in said] for name, said in form.errors.items()}
        raise Refused("填写的内容有误，请按提示修改。", status=422, errors=errors)
    return form.cleaned_data
