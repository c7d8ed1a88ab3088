from django.urls import URLPattern, URLResolver, path

from accounts.views import administration, channels, people, session

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", session.login_page, name="login"),
    path("logout/", session.logout_page, name="logout"),
    path("password/", session.password_change, name="password_change"),
    path("people/", people.person_list, name="person_list"),
    path("people/new/", people.person_create, name="person_create"),
    path("people/<int:pk>/", people.person_detail, name="person_detail"),
    path("people/<int:pk>/grant/", people.grant_give, name="grant_give"),
    path("people/<int:pk>/grants/<int:grant_pk>/revoke/", people.grant_revoke, name="grant_revoke"),
    path("people/<int:pk>/password/", people.password_reset, name="password_reset"),
    path("people/<int:pk>/activity/", people.person_activity, name="person_activity"),
    path("people/<int:pk>/certificate/", people.certificate_add, name="certificate_add"),
    path("units/", administration.unit_list, name="unit_list"),
    path("units/<int:parent_pk>/new/", administration.unit_create, name="unit_create"),
    path("units/<int:pk>/edit/", administration.unit_edit, name="unit_edit"),
    path("channels/", channels.channel_list, name="channel_list"),
    path("channels/mail/try/", channels.mail_try, name="mail_try"),
    path("channels/<int:pk>/edit/", channels.channel_edit, name="channel_edit"),
    path("channels/<int:pk>/remove/", channels.channel_remove, name="channel_remove"),
    path("channels/<int:pk>/try/", channels.channel_try, name="channel_try"),
    path("messages/settings/", channels.mail_choice, name="mail_choice"),
    path("calendar/", administration.calendar_page, name="calendar"),
    path("audit/", administration.audit_list, name="audit_list"),
]
