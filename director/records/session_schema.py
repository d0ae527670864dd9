"""The tables of people at the dashboard, beside those of ``director.records.schema``."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contract.names import Digest
from director.records.schema import Base, TokenRow


class SessionRow(Base):
    """Somebody who is signed in, or was: a cookie, kept as its digest."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    sha256: Mapped[Digest] = mapped_column(unique=True)
    token_id: Mapped[str] = mapped_column(ForeignKey("tokens.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime]

    token: Mapped[TokenRow] = relationship(lazy="joined")


class SignInLinkRow(Base):
    """A one-time sign-in link: its code, kept as its digest."""

    __tablename__ = "sign_in_links"

    sha256: Mapped[Digest] = mapped_column(primary_key=True)
    token_id: Mapped[str] = mapped_column(ForeignKey("tokens.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    token: Mapped[TokenRow] = relationship(lazy="joined")
