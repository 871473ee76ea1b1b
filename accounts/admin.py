"""Tokens in the admin: made, listed, revoked. A secret is shown once, when it is made; never a digest."""

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Token
from accounts.tokens import create_token

# Django's class takes a parameter in its type stubs only.
if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Token]
else:
    ModelAdmin = admin.ModelAdmin


@admin.register(Token)
class TokenAdmin(ModelAdmin):
    """Neither edits nor deletes: a token that was ever valid stays listed."""

    list_display = ["__str__", "scope", "created_at", "revoked_at"]
    list_display_links = None
    list_filter = ["scope", ("revoked_at", admin.EmptyFieldListFilter)]
    fields = ["name", "scope"]
    actions = ["revoke"]

    def has_change_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.change_token"))

    def save_model(self, request: HttpRequest, obj: Token, form: "ModelForm[Token]", change: bool) -> None:
        """Store a new token and show its secret, once."""
        token, secret = create_token(obj.scope, name=obj.name)
        obj.pk, obj.digest, obj.created_at = token.pk, token.digest, token.created_at
        self.message_user(
            request, f"The secret of {token}: {secret} (copy it now, it is not shown again).", messages.WARNING
        )

    @admin.action(description="Revoke the selected tokens", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Token]) -> None:
        count = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        self.message_user(request, f"{count} token(s) revoked.", messages.SUCCESS)
