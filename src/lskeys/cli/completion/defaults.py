"""Completion candidates before any command has listed the account. Pure.

Constants, because the packages that define them take too long to load; a test compares them.
"""

HOME = "us-east-1"
"""The default region of the sandbox."""

# Those that botocore lists for Lightsail in 2026.
REGIONS = (
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "eu-south-2",
    "ap-east-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-5",
    "ap-northeast-1",
    "ap-northeast-2",
)

NEW_SANDBOX = {
    "": {
        "us-east-1": (
            "laptop",
            "LightsailDefaultKeyPair",
            "web-production",
            "ci-deploy",
            "old-desktop",
        ),
        "us-west-2": ("laptop",),
        "eu-west-1": ("laptop",),
        "eu-central-1": ("shop.example", "LightsailDefaultKeyPair"),
        "ap-southeast-2": ("LightsailDefaultKeyPair",),
    },
    "instances": {
        "us-east-1": ("blog", "web-1", "office"),
        "us-west-2": ("backup",),
        "eu-west-1": ("archive", "edge", "experiments"),
        "eu-central-1": ("monitor", "shop", "staging"),
        "ap-southeast-2": ("game",),
    },
    "tags": {
        "us-east-1": (
            "laptop/owner",
            "web-production/stage",
            "web-production/owner",
            "ci-deploy/automation",
        ),
        "us-west-2": ("laptop/owner",),
        "eu-west-1": ("laptop/owner",),
        "eu-central-1": ("shop.example/stage",),
    },
}
"""Kind of names → region → names of a new sandbox."""
