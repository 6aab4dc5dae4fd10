"""Secrets of webhooks, encrypted at rest as in mlflow/store/model_registry/dbmodels/models.py."""

from __future__ import annotations

import logging

from cryptography.fernet import Fernet, InvalidToken
from mlflow.environment_variables import MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY

from ..sql.errors import invalid_state

KEY = MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY.name

# What MLflow's own store takes where no key is set, too.
_OWN_KEY = Fernet.generate_key()

_logger = logging.getLogger(__name__)


def encrypted(secret: str | None) -> str | None:
    """What is kept of a secret."""
    if secret is None:
        return None
    if not MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY.get():
        _logger.warning("%s is not set: only this process can read the secret of a webhook.", KEY)
    return _cipher().encrypt(secret.encode()).decode()


def decrypted(kept: str | None, webhook_id: str) -> str | None:
    """The secret again.

    Raises:
        MlflowException: it was encrypted with another key.
    """
    if kept is None:
        return None
    try:
        return _cipher().decrypt(kept.encode()).decode()
    except InvalidToken:
        raise invalid_state(
            f"The secret of the webhook {webhook_id} was encrypted with another key. Set {KEY} to "
            "that key, or give the webhook a new secret, or delete it."
        ) from None


def _cipher() -> Fernet:
    try:
        return Fernet(MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY.get() or _OWN_KEY)
    except ValueError:
        raise invalid_state(
            f"{KEY} holds no key. Make one: python -c 'from cryptography.fernet import Fernet; "
            "print(Fernet.generate_key().decode())'"
        ) from None
