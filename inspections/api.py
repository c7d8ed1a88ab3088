"""The ledger under /api/v1: the same rows, the same filters, the same gate as the page."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.paging import KeysetPagination
from inspections.filters import SORTS, IssueFilter
from inspections.ledger import Ledger
from inspections.models import Issue

FILTERS = ("campaign", *IssueFilter.base_filters, "cursor")


class IssueSerializer(serializers.ModelSerializer[Issue]):
    class Meta:
        model = Issue
        fields = [
            "id",
            "number",
            "campaign",
            "visit",
            "enterprise",
            "enterprise_name",
            "enterprise_type",
            "is_key",
            "industry",
            "industry_text",
            "is_ultra_low",
            "performance_grade",
            "self_accepted_since_2019",
            "longitude",
            "latitude",
            "county",
            "town",
            "inspectors",
            "elements",
            "is_producing",
            "description",
            "nature",
            "gravity",
            "issue_type",
            "handling",
            "basis_text",
            "demand",
            "deadline_on",
            "state",
            "occurred_at",
            "recorded_at",
            "rectification_text",
            "rectified_at",
            "closed_at",
        ]
        read_only_fields = fields


@extend_schema(
    operation_id="issue_list",
    parameters=[OpenApiParameter(name, str) for name in FILTERS]
    + [OpenApiParameter("sort", str, enum=[name for name in SORTS if name])],
    responses=IssueSerializer(many=True),
)
@api_view(["GET"])
def issue_list(request: Request) -> Response:
    """One page of the ledger in the order asked for."""
    assert isinstance(request.user, User)
    ledger = Ledger(request.user, request.query_params)
    paginator = KeysetPagination()
    page = paginator.paginate_queryset(ledger.filter.qs.order_by(*ledger.order), request)
    return paginator.get_paginated_response(IssueSerializer(page, many=True).data)


@extend_schema(operation_id="issue_detail", responses=IssueSerializer)
@api_view(["GET"])
def issue_detail(request: Request, pk: int) -> Response:
    """One row of the ledger; 404 outside the person's rows."""
    return Response(IssueSerializer(get_object_or_404(Issue.objects.visible_to(request.user), pk=pk)).data)
