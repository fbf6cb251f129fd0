"""Distinguishes an unreadable file of CA certificates from an untrusted certificate. Pure."""

from botocore.exceptions import SSLError

HINT = "AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE or ca_bundle in ~/.aws/config names the file"

_OF_THE_FILE = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)


def unreadable(error: Exception) -> str | None:
    """Why the file cannot be read; None where that is not what failed.

    botocore has one class for all that TLS may fail of; urllib3's error in it has the cause.
    """
    failed = error.kwargs.get("error") if isinstance(error, SSLError) else None
    cause = next(iter(failed.args), None) if isinstance(failed, Exception) else None
    # OpenSSL names its part that failed: these two read certificates, SSL checks them.
    if isinstance(cause, _OF_THE_FILE) or getattr(cause, "library", None) in {"X509", "PEM"}:
        reason = getattr(cause, "reason", None) or getattr(cause, "strerror", None) or "unknown"
        return f"cannot read the CA certificates: {str(reason).replace('_', ' ').lower()}"
    return None
