"""What AWS refuses, and what is wrong with the sandbox itself. Pure."""


class SandboxError(Exception):
    """The sandbox cannot work here: its file is of another version, or is no sandbox."""


class ServiceError(Exception):
    """A response that is an error, with the members every Lightsail error carries.

    Attributes:
        code: the AWS error code, such as "NotFoundException".
        message: what is wrong; the wordings seen in public are kept to the letter.
    """

    docs = "https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/CommonErrors.html"

    def __init__(self, code: str, message: str, *, tip: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.tip = tip
        self.status = status


def invalid(message: str, *, tip: str = "") -> ServiceError:
    """Input AWS does not accept: InvalidInputException, HTTP 400."""
    return ServiceError("InvalidInputException", message, tip=tip)


def name_taken(name: str) -> ServiceError:
    """A name that some resource of the region has already, of whatever type."""
    return invalid(
        f"Some names are already in use: {name}",
        tip="Resource names are unique in an AWS Region, across all resource types. "
        "Choose another name.",
    )


def not_found(kind: str, name: str, *, status: int) -> ServiceError:
    """A resource the region does not have; sources disagree on the status, 400 or 404."""
    return ServiceError(
        "NotFoundException",
        f"The {kind} does not exist: {name}",
        tip="Check the spelling of the name and the AWS Region.",
        status=status,
    )


def malformed(message: str) -> ServiceError:
    """A request that is not the shape the operation takes: SerializationException."""
    return ServiceError("SerializationException", message)
