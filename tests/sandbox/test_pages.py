"""Pages that really page."""

import base64

from tests.support.aws_clients import Start, refusal


def test_a_full_page_has_no_token(start: Start) -> None:
    """No token leads to an empty page, nor to one that a hidden default pair would fill."""
    running = start("page-size=2")
    running.sandbox.add_default_key_pair("us-east-1")
    running.sandbox.add_key_pairs("us-east-1", ["aa", "bb"])
    response = running.client().get_key_pairs()
    assert [pair["name"] for pair in response["keyPairs"]] == ["aa", "bb"]
    assert "nextPageToken" not in response


def test_deleting_between_pages(start: Start) -> None:
    """A pair deleted between two pages hides no other."""
    running = start("page-size=2")
    running.sandbox.add_key_pairs("us-east-1", ["aa", "bb", "cc", "dd"])
    client = running.client()
    token = client.get_key_pairs()["nextPageToken"]
    client.delete_key_pair(keyPairName="aa")
    rest = client.get_key_pairs(pageToken=token)["keyPairs"]
    assert [pair["name"] for pair in rest] == ["cc", "dd"]


def test_invented_tokens(start: Start) -> None:
    """A token that AWS did not give, or gave for another region or operation, is refused."""
    running = start("page-size=1")
    running.sandbox.add_key_pairs("us-east-1", ["aa", "bb"])
    client = running.client()
    given = client.get_key_pairs()["nextPageToken"]
    forged = base64.urlsafe_b64encode(b"GetKeyPairs us-east-1 1 x").decode()
    for token in ("", "nonsense", "é", forged):
        assert refusal(client.get_key_pairs, pageToken=token).code == "InvalidInputException"
    elsewhere = refusal(running.client("eu-west-1").get_key_pairs, pageToken=given)
    assert elsewhere == refusal(client.get_instances, pageToken=given)
    assert elsewhere.code == "InvalidInputException"
