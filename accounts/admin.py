"""Admin pages of tokens, anonymous sessions and configurations.

The secret of a token is shown once, when it is created. Digests are never shown.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import OPERATOR_SCOPES, AnonymousSession, Configuration, Scope, Token
from accounts.tokens import create_token
from common.admin_columns import render_time, time_column

# Django's class takes a parameter in its type stubs only.
if TYPE_CHECKING:
    TokenModelAdmin = admin.ModelAdmin[Token]
    SessionModelAdmin = admin.ModelAdmin[AnonymousSession]
    ConfigurationModelAdmin = admin.ModelAdmin[Configuration]
else:
    TokenModelAdmin = SessionModelAdmin = ConfigurationModelAdmin = admin.ModelAdmin

CREATED_AT = time_column("created_at", name="created")
REVOKED_AT = time_column("revoked_at", name="revoked")


@admin.register(Token)
class TokenAdmin(TokenModelAdmin):
    """Creates and revokes tokens. They can't be changed or deleted, so that all that were ever valid stay listed."""

    list_display = ["__str__", "scope", CREATED_AT, REVOKED_AT]
    list_display_links = None
    list_filter = ["scope", ("revoked_at", admin.EmptyFieldListFilter)]
    fields = ["name", "scope"]
    actions = ["revoke"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Token]:
        return super().get_queryset(request).exclude(scope=Scope.ANONYMOUS)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "scope":
            options["choices"] = [(scope.value, scope.label) for scope in OPERATOR_SCOPES]
        return super().formfield_for_choice_field(db_field, request, **options)

    def has_change_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.change_token"))

    def save_model(self, request: HttpRequest, obj: Token, form: "ModelForm[Token]", change: bool) -> None:
        """Store a new token and show its secret. This is the only time it is shown."""
        token, secret = create_token(obj.scope, name=obj.name)
        obj.pk, obj.digest, obj.created_at = token.pk, token.digest, token.created_at
        self.message_user(
            request, f"Secret of {token}: {secret} (copy it now, it can't be shown again).", messages.WARNING
        )

    @admin.action(description="Revoke the selected tokens", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Token]) -> None:
        count = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        self.message_user(request, f"{count} token(s) revoked.", messages.SUCCESS)


@admin.register(AnonymousSession)
class AnonymousSessionAdmin(SessionModelAdmin):
    """Lists and revokes anonymous sessions. Expired ones are deleted when new ones are created."""

    list_display = ["user_id", "created", "expires", "revoked", "configurations", "timezone"]
    list_display_links = None
    list_select_related = ["token"]
    list_filter = [("token__revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["user_id"]
    ordering = ["-pk"]
    actions = ["revoke"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AnonymousSession]:
        return super().get_queryset(request).annotate(configuration_count=Count("token__configurations"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AnonymousSession | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AnonymousSession | None = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.change_token"))

    @admin.display(ordering="token__created_at")
    def created(self, session: AnonymousSession) -> Any:
        return render_time(session.token.created_at)

    @admin.display(ordering="token__expires_at")
    def expires(self, session: AnonymousSession) -> Any:
        return render_time(session.token.expires_at)

    @admin.display(ordering="token__revoked_at")
    def revoked(self, session: AnonymousSession) -> Any:
        return render_time(session.token.revoked_at)

    @admin.display(ordering="configuration_count")
    def configurations(self, session: Any) -> int:
        return int(session.configuration_count)

    @admin.action(description="Revoke the selected sessions", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[AnonymousSession]) -> None:
        tokens = Token.objects.filter(pk__in=queryset.values("token"), revoked_at=None)
        count = tokens.update(revoked_at=timezone.now())
        self.message_user(request, f"{count} session(s) revoked.", messages.SUCCESS)


@admin.register(Configuration)
class ConfigurationAdmin(ConfigurationModelAdmin):
    """Lists and deletes configurations, as watchlists. Only their owners can change them, through the API."""

    list_display = ["name", "owner", "symbols", CREATED_AT]
    list_filter = [("user", admin.EmptyFieldListFilter)]
    list_select_related = ["token__anonymous_session", "user"]
    search_fields = ["name", "config_id", "user__username", "token__name", "token__anonymous_session__user_id"]
    fields = ["config_id", "owner", "name", "symbols", CREATED_AT]
    ordering = ["-pk"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"heading": "Watchlists"} | (extra_context or {}))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Configuration | None = None) -> bool:
        return False

    @admin.display
    def owner(self, configuration: Configuration) -> str:
        if configuration.token is None:
            return str(configuration.user)
        session = getattr(configuration.token, "anonymous_session", None)
        return f"anonymous {session}" if session else str(configuration.token)

    @admin.display
    def symbols(self, configuration: Configuration) -> str:
        return ", ".join(configuration.tickers)
