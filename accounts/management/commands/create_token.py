"""`create_token`: create a token and print its secret."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import MAX_TOKEN_NAME, OPERATOR_SCOPES
from accounts.tokens import create_token


class Command(BaseCommand):
    help = "Create a token and print its secret. It can't be shown again: only its hash is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--scope", choices=[scope.value for scope in OPERATOR_SCOPES], required=True, help="what the token permits"
        )
        parser.add_argument("--name", default="", help="a name to identify it in the admin")

    def handle(self, *, scope: str, name: str, **options: Any) -> None:
        if len(name) > MAX_TOKEN_NAME:
            raise CommandError(f"--name has {len(name)} characters: must be {MAX_TOKEN_NAME} or fewer; shorten it.")
        _, secret = create_token(scope, name=name)
        self.stdout.write(secret)
