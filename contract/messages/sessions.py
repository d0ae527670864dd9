"""A person at the dashboard: signing in, and who is signed in."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, model_validator

from contract.messages.base import Message, Role
from contract.names import EnvoyName


class SignInRequest(Message):
    """Sign in, with a token or with the code of a one-time link: one of the two."""

    token: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    link: Annotated[str, Field(min_length=1, max_length=200)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "SignInRequest":
        if (self.token is None) == (self.link is None):
            raise ValueError("give a token or a link's code, and not both")
        return self


class SessionDescription(Message):
    """Who is signed in, until when, and what they may do.

    The cookie itself is out of reach of any script; ``csrf_token`` goes into the header ``X-CSRF-Token`` of whatever
    changes something.
    """

    role: Role
    envoy_name: EnvoyName | None
    person: str | None
    token_id: str
    csrf_token: str
    expires_at: datetime = Field(description="When it ends in any case.")
    idle_seconds: int = Field(description="It ends sooner where nobody did anything for so long.")
    operations: list[str] = Field(description="What the role may do, by the names in the interface document.")
    version: str = Field(description="The director's.")
    banner: str | None = Field(description="What everybody shall know who looks at this federation, such as: a demo.")
