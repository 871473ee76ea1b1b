"""Create a token and print its secret once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import GIVEN_OUT, MAX_TOKEN_NAME
from accounts.tokens import create_token


class Command(BaseCommand):
    help = "Create a token and print it. It is shown this once: only its hash is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--scope", choices=[scope.value for scope in GIVEN_OUT], required=True, help="what the token allows"
        )
        parser.add_argument("--name", default="", help="a name to know it by in the admin")

    def handle(self, *, scope: str, name: str, **options: Any) -> None:
        if len(name) > MAX_TOKEN_NAME:
            raise CommandError(f"--name has {len(name)} characters: give at most {MAX_TOKEN_NAME}.")
        _, secret = create_token(scope, name=name)
        self.stdout.write(secret)
