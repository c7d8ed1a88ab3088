from accounts.models.certificate import EnforcementCertificate
from accounts.models.grant import Grant
from accounts.models.person import KnownDevice, LoginFailure, User
from accounts.models.unit import Region, Unit

__all__ = ["EnforcementCertificate", "Grant", "KnownDevice", "LoginFailure", "Region", "Unit", "User"]
