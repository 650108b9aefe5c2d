"""A connection: our side of one Attio tenant, named by alias like a database."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from ..conf import ConnectionConf, PushMode, conf


class ConnectionState(models.TextChoices):
    """What the last contact with Attio said about our token."""

    UNCHECKED = "unchecked", "Not checked yet"
    ACTIVE = "active", "Active"
    REVOKED = "revoked", "Token revoked or unknown"
    LIMITED = "limited", "Scopes missing"
    FOREIGN = "foreign", "Token of another workspace"
    """The alias mirrors one tenant, and its token now opens another: nothing may cross."""

    @property
    def is_locked_out(self) -> bool:
        """Whether nothing may be asked of Attio until the token was checked again."""
        return self in LOCKED_OUT


LOCKED_OUT = (ConnectionState.REVOKED, ConnectionState.FOREIGN)


class WebhookState(models.TextChoices):
    """How the webhook of a connection was when we last looked."""

    NONE = "", "None made by us"
    ACTIVE = "active", "Active"
    DEGRADED = "degraded", "Deliveries fail"
    """Attio still sends, and gives up after seven days (Attio's docs)."""
    INACTIVE = "inactive", "Given up by Attio"
    GONE = "gone", "Deleted in Attio"

    @property
    def is_deaf(self) -> bool:
        """Whether no delivery comes and only a new webhook, with a new secret, mends that."""
        return self in (WebhookState.INACTIVE, WebhookState.GONE)


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Connections by what they may do."""

    def configured(self) -> ConnectionQuerySet:
        """Those that settings have a token for: what runs by the clock leaves the others alone."""
        return self.filter(alias__in=[alias for alias, given in conf().connections.items() if given.token])

    def running(self) -> ConnectionQuerySet:
        """Those nobody paused."""
        return self.filter(paused_at=None)

    def talking(self) -> ConnectionQuerySet:
        """Those we may send requests for now: not paused, not asked to be quiet, token not revoked."""
        now = timezone.now()
        return (
            self.running()
            .exclude(state__in=LOCKED_OUT)
            .filter(models.Q(quiet_until=None) | models.Q(quiet_until__lte=now))
        )


class Connection(models.Model):
    """Credentials live in settings under `alias`; this row holds what we learned with them."""

    alias = models.SlugField(unique=True, help_text="The key in settings.ATTIO_MIRROR['CONNECTIONS'].")
    state = models.CharField(max_length=12, choices=ConnectionState.choices, default=ConnectionState.UNCHECKED)
    workspace_id = models.CharField("Attio workspace id", max_length=36, blank=True)
    workspace_slug = models.CharField("Attio workspace slug", max_length=200, blank=True)
    workspace_name = models.CharField("Attio workspace name", max_length=500, blank=True)
    actor_id = models.CharField(
        max_length=36, blank=True, help_text="The actor Attio writes on values made with our token."
    )
    scopes = models.JSONField(default=list, blank=True)
    missing_scopes = models.JSONField(default=list, blank=True)
    plan_gates = models.JSONField(default=list, blank=True, help_text="What Attio refused because of the plan.")
    webhook_id = models.CharField(max_length=36, blank=True)
    webhook_url = models.TextField("webhook URL", blank=True, help_text="Where Attio was asked to announce changes.")
    webhook_state = models.CharField(max_length=8, choices=WebhookState.choices, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True, help_text="While set, nothing is sent and nothing is read.")
    quiet_until = models.DateTimeField(null=True, blank=True, help_text="Set by a 429; all processes hush until then.")
    pump_queued_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="A wake-up is on its way; others need not send one."
    )
    error = models.TextField(blank=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering = ["alias"]

    def __str__(self) -> str:
        return f"{self.alias} ({self.workspace_name})" if self.workspace_name else self.alias

    @property
    def conf(self) -> ConnectionConf:
        """The secrets of this connection, from settings; empty ones where the alias is not configured."""
        return conf().connections.get(self.alias, ConnectionConf())

    @property
    def is_shadow(self) -> bool:
        """Whether settings say that nothing is to be sent, only computed."""
        return conf().push == PushMode.SHADOW or self.conf.shadow

    @property
    def is_talking(self) -> bool:
        """Whether requests may be sent now (see `ConnectionQuerySet.talking`)."""
        quiet = self.quiet_until is not None and self.quiet_until > timezone.now()
        return self.paused_at is None and self.state not in LOCKED_OUT and not quiet


class Operations(Connection):
    """Connections as the admin's operations page shows them: all that goes on, on one page."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = "connection at work"
        verbose_name_plural = "operations"
