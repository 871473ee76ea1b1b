"""Settings from the environment. Each is declared once, in `variables`; its validation and its documentation follow.

`kinds`, `urls` and `credentials` parse; `registry` has the declarations; `reference` writes docs/settings.md;
`misspelling` finds variables that were probably meant to be settings.
"""
