"""What this program says when it cannot go on: one class, turned into text in one place."""


class MlflowplugError(Exception):
    """Something that the user can mend.

    Args:
        message: what went wrong, where, and what was expected against what was found.
        hint: what to do next: a command, an option, a line to write.
        exit_code: 2 for wrong use or nothing done, 1 for a finding.
    """

    def __init__(self, message: str, hint: str = "", *, exit_code: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code
