"""The body of every error response."""

from pydantic import BaseModel


class ErrorDetail(BaseModel):
    """What is wrong, the value found, and the cure."""

    detail: str
