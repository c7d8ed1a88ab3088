from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from accounts.models.unit import Unit

if TYPE_CHECKING:
    from accounts.gate import Holdings


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """One person with an account. What the person may see and do stands in dated grants, never here."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=40)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="people")
    post = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=True)
    left_on = models.DateField(null=True)
    created_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()
    # The grants of this instance, read once per request by accounts.gate.
    holdings_read: "Holdings | None" = None

    class Meta:
        indexes = [models.Index(fields=["unit", "name"], name="person_unit")]

    def __str__(self) -> str:
        return self.name


class LoginFailure(models.Model):
    """Failed logins for one account from one address; the lock falls on the pair, never on the owner elsewhere."""

    username = models.CharField(max_length=60)
    address = models.CharField(max_length=64)
    count = models.IntegerField(default=0)
    last_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["username", "address"], name="login_failure_pair")]
        indexes = [models.Index(fields=["username", "-last_at"], name="login_failure_recent")]


class KnownDevice(models.Model):
    """A browser on which this person has logged in; it keeps its own failure count when the account is under attack."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_at = models.DateTimeField()
    failures = models.IntegerField(default=0)
