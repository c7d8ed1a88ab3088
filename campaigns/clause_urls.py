"""Addresses of the texts of discipline, under campaigns/clauses/."""

from django.urls import path

from campaigns.views import clauses

urlpatterns = [
    path("", clauses.clause_list, name="clause_list"),
    path("new/", clauses.clause_create, name="clause_create"),
    path("<int:pk>/", clauses.clause_detail, name="clause_detail"),
    path("<int:pk>/sign/", clauses.clause_sign, name="clause_sign"),
    path("<int:pk>/unsigned/", clauses.clause_unsigned, name="clause_unsigned"),
]
