"""The public documentation's own client code: Ruby and HTTParty against the real server.

The files in ``ruby/`` are the documented requests word for word; host, token and ids are put in
the places that the documentation says to replace.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.scene import Scene
from tests.wire.books import Books

HERE = Path(__file__).parent
RUN = "answer = eval(STDIN.read); puts answer.code; puts answer.body"
LIMIT_S = 60


def ruby(*arguments: str, told: str = "") -> subprocess.CompletedProcess[str]:
    command = ["ruby", "-r", "json", "-r", "httparty", *arguments]
    return subprocess.run(
        command, input=told, capture_output=True, text=True, check=False, timeout=LIMIT_S
    )


@pytest.fixture(scope="module")
def httparty() -> None:
    if shutil.which("ruby") is None:
        pytest.skip("ruby is not installed; scripts/system_packages.sh ruby-httparty brings it")
    if ruby("-e", "").returncode != 0:
        pytest.skip("HTTParty is not installed; scripts/system_packages.sh ruby-httparty brings it")


@pytest.mark.ruby
@pytest.mark.parametrize("name", ["by_profile", "by_session"])
def test_the_documented_ruby_tracks_a_purchase(scene: Scene, httparty: None, name: str) -> None:
    session = scene.new_session()
    request = (HERE / "ruby" / f"{name}.rb").read_text()
    for placeholder, value in {
        "https://api.hellotext.com": scene.server.url,
        "ALK_eSMRuwJ2Al...": scene.server.token,
        "vxqQJ3Yg": scene.product,
        "HELLOTEXT_SESSION_ID": session,
        "PROFILE_ID": scene.profile,
    }.items():
        request = request.replace(placeholder, value)
    books = Books(scene)
    done = ruby("-e", RUN, told=request)
    assert done.stdout.split("\n", 1) == ["201", '{"state":"ok"}\n'], done.stderr
    owner = {"session": session} if name == "by_session" else {"profile": scene.profile}
    bought = {"action": "product.purchased", "object": scene.product, "amount": "1990 USD"}
    assert books.stored() == {"events": [bought | owner]}
