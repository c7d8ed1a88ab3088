"""The shapes of the interface, both ways."""

from typing import Any

from rest_framework import serializers

from core.form_engine import rules
from core.form_engine.services import Outcome
from core.models import Submission, SubmissionConflict

BIG = 2**62


class IncomingSerializer(serializers.Serializer[Any]):
    """One PUT."""

    form = serializers.CharField(max_length=60, help_text="key@version of the definition")
    kind = serializers.CharField(max_length=40)
    subject_id = serializers.IntegerField(min_value=1, max_value=BIG)
    answers = serializers.JSONField(
        help_text="{section: {item: {field: answer}}}; keys that begin with _ are the room's"
    )
    revision = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
    final = serializers.BooleanField(default=False)
    reason = serializers.CharField(max_length=500, allow_blank=True, default="")
    device = serializers.CharField(max_length=64, allow_blank=True, default="")
    sequence = serializers.IntegerField(min_value=0, max_value=BIG, default=0)
    device_at = serializers.DateTimeField(allow_null=True, default=None)


class SubmissionSerializer(serializers.ModelSerializer[Submission]):
    """What the server keeps, without the answers."""

    form = serializers.CharField(source="definition.name", read_only=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)
    saved_by = serializers.SerializerMethodField()
    sha256 = serializers.CharField(source="payload_sha256", read_only=True)

    class Meta:
        model = Submission
        fields: tuple[str, ...] = (
            "client_id",
            "form",
            "kind",
            "subject_id",
            "state",
            "state_label",
            "version",
            "supersedes",
            "reason",
            "revision",
            "sha256",
            "started_at",
            "saved_at",
            "saved_by",
            "received_at",
            "receipt",
        )
        read_only_fields = fields

    def get_saved_by(self, submission: Submission) -> str:
        return str(getattr(submission.updated_by, "name", "") or submission.updated_by)


class FullSubmissionSerializer(SubmissionSerializer):
    """What the server keeps."""

    class Meta(SubmissionSerializer.Meta):
        fields = (*SubmissionSerializer.Meta.fields, "answers")
        read_only_fields = fields


class ProblemSerializer(serializers.Serializer[Any]):
    """One thing to mend: `path` is section.item.field, `message` a sentence that names the place in words."""

    path = serializers.CharField()
    message = serializers.CharField(source="text")


class RefusalSerializer(serializers.Serializer[Any]):
    """Why not."""

    message = serializers.CharField()
    problems = ProblemSerializer(many=True)


class ReceiptSerializer(serializers.Serializer[Any]):
    """What became of a PUT that was taken."""

    result = serializers.ChoiceField(choices=["created", "saved", "received", "repeated"])
    submission = SubmissionSerializer()
    warnings = ProblemSerializer(many=True)


class IncompleteSerializer(serializers.Serializer[Any]):
    """A sheet that was sent for good with gaps: it stays what it was."""

    message = serializers.CharField()
    problems = ProblemSerializer(many=True)
    submission = SubmissionSerializer(allow_null=True)


class ChangeSerializer(serializers.Serializer[Any]):
    """One answer that differs: `before` on the server, `after` as it was sent."""

    path = serializers.CharField()
    section = serializers.CharField()
    item = serializers.CharField()
    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class ConflictSerializer(serializers.Serializer[Any]):
    """Somebody else was first. Both are kept: `submission` stands, `conflict` is the number of what was sent."""

    message = serializers.CharField()
    submission = FullSubmissionSerializer()
    conflict = serializers.IntegerField()
    differences = ChangeSerializer(many=True)


class KeptSerializer(serializers.ModelSerializer[SubmissionConflict]):
    """A refused payload."""

    refused_from = serializers.SerializerMethodField()

    class Meta:
        model = SubmissionConflict
        fields = ("id", "answers", "revision", "final", "refused_at", "device_at", "refused_from")
        read_only_fields = fields

    def get_refused_from(self, conflict: SubmissionConflict) -> str:
        return str(getattr(conflict.user, "name", "") or conflict.user)


class EvidenceSerializer(serializers.Serializer[Any]):
    """Bytes that are on the server."""

    sha256 = serializers.CharField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    url = serializers.CharField()
    thumb = serializers.CharField()


def receipt(outcome: Outcome, day: str) -> dict[str, Any]:
    submission = outcome.submission
    assert submission is not None  # only an incomplete first PUT has none
    found = rules.warnings(submission.definition.data, submission.answers, day)
    return dict(ReceiptSerializer({"result": outcome.result.value, "submission": submission, "warnings": found}).data)


def incomplete(outcome: Outcome) -> dict[str, Any]:
    return dict(IncompleteSerializer(outcome).data)


def conflict(outcome: Outcome) -> dict[str, Any]:
    stood, kept = outcome.submission, outcome.conflict
    assert stood is not None  # a conflict always has both
    assert kept is not None
    differences = rules.changes(stood.definition.data, stood.answers, kept.answers)
    body = {"message": outcome.message, "submission": stood, "conflict": kept.pk, "differences": differences}
    return dict(ConflictSerializer(body).data)
