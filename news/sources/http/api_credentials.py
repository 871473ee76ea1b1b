"""The API key of a request, and how the request carries it."""

from dataclasses import dataclass

import httpx2

from common.secret import Secret


@dataclass(frozen=True, slots=True)
class APICredentials:
    """A secret that a request carries in a header or, if `header` is empty, in the query parameter `parameter`.

    prefix: text before the secret in the header, such as "Token ".
    """

    secret: Secret
    header: str = ""
    parameter: str = ""
    prefix: str = ""

    def authorize(self, url: httpx2.URL) -> tuple[httpx2.URL, dict[str, str]]:
        """Return the URL and the headers of a request that carries the secret."""
        value = self.secret.reveal()
        if self.header:
            return url, {self.header: self.prefix + value}
        return url.copy_set_param(self.parameter, value), {}

    def remove_from(self, url: httpx2.URL) -> httpx2.URL:
        """Return the URL without the secret, which a server may repeat in a redirect."""
        return url if self.header else url.copy_remove_param(self.parameter)
