"""The one place that sends mail: the server's connection, its refusals in words, and messages that hold together."""

from psconnect.mail.failures import MailLimits
from psconnect.mail.message import Mail, mail_message
from psconnect.mail.post import Post
from psconnect.mail.providers import MailProvider, mail_providers, provider_of

__all__ = ["Mail", "MailLimits", "MailProvider", "Post", "mail_message", "mail_providers", "provider_of"]
