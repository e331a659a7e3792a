"""Forms on pages: drawn from what is stored, and what was filled in kept as claims."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import insert, select

from footfall.domain.public_ids import Kind, PublicIds
from footfall.domain.times import now_us
from footfall.store import tables
from footfall.store.engine import Engines
from tests.api.shop import Shop, got, made, refused, unique
from tests.server import Server

STEP = {
    "header": {"content": "<b>Hello</b>"},
    "inputs": [
        {"type": "email", "kind": "email", "label": "E-mail", "required": True},
        {"type": "tel", "kind": "phone", "label": "Phone", "required": False},
        {"type": "text", "kind": "first_name", "label": "Name"},
    ],
    "button": {"text": "Send"},
    "footer": {"content": ""},
}


@pytest.fixture(scope="module")
def page(module_server: Server) -> httpx.Client:
    client = module_server.client
    client.headers["Authorization"] = f"Bearer {module_server.business_id}"
    return client


class Forms:
    """Makes forms and reads what was kept of them, beside the server."""

    def __init__(self, beside: Engines, ids: PublicIds, business_id: str) -> None:
        self._beside = beside
        self.ids = ids
        self._business_row = ids[Kind.BUSINESS].decode(business_id)

    def form(self, *inputs: dict[str, Any], reference: str | None = None) -> str:
        steps = [{**STEP, "inputs": [*inputs]}] if inputs else [STEP]
        values = {
            "kind": "form",
            "name": "Newsletter",
            "reference": reference,
            "data": {"steps": steps},
        }
        return self.ids[Kind.OBJECT].encode(self._insert(tables.objects, values))

    def unique_property(self, value: str, owner: int) -> str:
        """A unique property of profiles of which one has this value already."""
        values = {
            "owner": "profile",
            "name": unique("Customer "),
            "kind": "text",
            "is_required": False,
            "is_unique": True,
            "is_inherited": False,
        }
        row_id = self._insert(tables.properties, values)
        taken = {"scope": f"property.{row_id}", "value": value, "row_id": owner}
        with self._beside.write.begin() as connection:
            connection.execute(
                insert(tables.unique_values).values(business_id=self._business_row, **taken)
            )
        return self.ids[Kind.PROPERTY].encode(row_id)

    def rows(self, table: Any, **wanted: Any) -> list[Any]:
        query = select(table).where(*(table.c[name] == value for name, value in wanted.items()))
        with self._beside.read.begin() as connection:
            return list(connection.execute(query.order_by(table.c.id)).all())

    def session(self, text: str) -> Any:
        (row,) = self.rows(tables.sessions, text=text, business_id=self._business_row)
        return row

    def suppress(self, profile_id: int) -> None:
        with self._beside.write.begin() as connection:
            connection.execute(
                tables.profiles.update()
                .where(tables.profiles.c.id == profile_id)
                .values(suppressed_at=now_us())
            )

    def _insert(self, table: Any, values: dict[str, Any]) -> int:
        at = now_us()
        row = {**values, "business_id": self._business_row, "created_at": at, "updated_at": at}
        with self._beside.write.begin() as connection:
            row_id: int = connection.execute(
                insert(table).values(row).returning(table.c.id)
            ).scalar_one()
        return row_id


@pytest.fixture(scope="module")
def forms(beside: Engines, public_ids: PublicIds, shop: Shop) -> Forms:
    return Forms(beside, public_ids, shop.business_id)


def submissions(form: str) -> str:
    return f"/v1/public/forms/{form}/submissions"


@pytest.mark.parametrize("prefix", ["/v1", ""])
def test_a_page_draws_a_form_by_the_id_it_knows(
    page: httpx.Client, forms: Forms, shop: Shop, prefix: str
) -> None:
    reference = unique("newsletter-")
    form = forms.form(reference=reference)
    for name in (form, reference):
        answer = page.get(f"{prefix}/public/forms/{name}?session=undefined&locale=en")
        told = got(answer)
        assert (told["id"], told["name"], told["steps"]) == (name, "Newsletter", [STEP])
        business = got(page.get(f"/v1/public/businesses/{shop.business_id}"))
        assert told["business"] == business
        assert answer.headers["access-control-allow-origin"] == "*"


def test_a_form_that_is_not_here_is_missed_in_json(page: httpx.Client, shop: Shop) -> None:
    for name in ("vxqQJ3Yg", "x", shop.product()["id"]):
        for answer in (
            page.get(f"/v1/public/forms/{name}"),
            page.post(submissions(name), json={"email": "a@b.example"}),
        ):
            assert refused(answer, 404) == [("not_found", "id")]
            assert answer.headers["access-control-allow-origin"] == "*"


def test_a_submission_is_kept_with_its_claims_and_its_event(
    page: httpx.Client, forms: Forms, shop: Shop
) -> None:
    form, session = forms.form(), str(uuid4())
    told = {"session": session, "email": "Ana@example.com", "phone": "+1", "first_name": "Ana"}
    answer = made(page.post(submissions(form), json=told))
    assert answer == {"id": answer["id"], "identified": True, "session": session}
    row_id = forms.ids[Kind.SUBMISSION].decode(answer["id"])
    (kept,) = forms.rows(tables.submissions, id=row_id)
    filled = {"email": "Ana@example.com", "first_name": "Ana"}
    assert kept.data == filled
    whose = forms.session(session)
    assert (kept.session_id, kept.profile_id) == (whose.id, whose.profile_id)
    claims = forms.rows(tables.claims, profile_id=whose.profile_id)
    assert {row.name: row.value for row in claims} == filled
    assert {row.origin for row in claims} == {"form"}
    assert forms.rows(tables.identities, profile_id=whose.profile_id) == []
    log = forms.rows(tables.identity_log, session_id=whose.id)
    assert [(row.kind, row.cause) for row in log] == [("attach", "form")]
    (event,) = got(shop.client.get("/v1/attribution/events", params={"session": session}))["data"]
    assert (event["action"], event["object"]["id"]) == ("form.completed", form)
    assert event["data"] == {"submission": answer["id"]}
    assert event["profile"] == forms.ids[Kind.PROFILE].encode(whose.profile_id)


def test_a_known_person_only_claims_more(page: httpx.Client, forms: Forms, shop: Shop) -> None:
    session, email = shop.session(), f"{unique('ana')}@example.com"
    owner = shop.profile(email=email, session=session)
    other = shop.profile(email=f"{unique('bo')}@example.com")
    form = forms.form()
    for _ in range(2):
        told = {"session": session, "email": other["email"]}
        assert made(page.post(submissions(form), json=told))["session"] == session
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] == owner["id"]
    assert got(shop.client.get(f"/v1/profiles/{owner['id']}"))["email"] == email
    claims = forms.rows(tables.claims, profile_id=forms.session(session).profile_id)
    assert [row.value for row in claims] == [other["email"]]
    assert len(forms.rows(tables.submissions, session_id=forms.session(session).id)) == 2


def test_a_submission_without_a_session_makes_a_profile_of_its_own(
    page: httpx.Client, forms: Forms
) -> None:
    form = forms.form()
    told = {"session": "undefined", "email": "ana@example.com"}
    answer = made(page.post(submissions(form), json=told))
    assert answer["session"] is None
    (kept,) = forms.rows(tables.submissions, id=forms.ids[Kind.SUBMISSION].decode(answer["id"]))
    assert kept.session_id is None
    (event,) = forms.rows(tables.events, profile_id=kept.profile_id)
    assert event.session_id is None


def test_what_is_required_and_blank_is_named_as_the_input_is(
    page: httpx.Client, forms: Forms
) -> None:
    field = {"type": "text", "kind": "text", "property": "vxqQJ3Yg", "required": True}
    phone = {"type": "tel", "kind": "phone", "required": True}
    form = forms.form(field, phone, {**STEP["inputs"][0]})  # type: ignore[index]
    told = {"property_by_id[vxqQJ3Yg]": "", "phone": "+598", "session": str(uuid4())}
    answer = page.post(submissions(form), json=told)
    names = ["property_by_id[vxqQJ3Yg]", "phone", "email"]
    assert refused(answer, 422) == [("blank", name) for name in names]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert forms.rows(tables.submissions, form_id=forms.ids[Kind.OBJECT].decode(form)) == []


def test_a_unique_value_of_somebody_else_is_refused(
    page: httpx.Client, forms: Forms, shop: Shop
) -> None:
    session, other = shop.session(), str(uuid4())
    shop.profile(session=session)
    number = unique("C-")
    field = forms.unique_property(number, forms.session(session).profile_id)
    form = forms.form({"type": "text", "kind": "text", "property": field})
    name = f"property_by_id[{field}]"
    answer = page.post(submissions(form), json={"session": other, name: number})
    assert refused(answer, 422) == [("parameter_not_unique", name)]
    assert forms.rows(tables.sessions, text=other) == []
    # Its owner may say it again.
    made(page.post(submissions(form), json={"session": session, name: number}))


def test_nothing_is_kept_of_a_person_who_is_suppressed(
    page: httpx.Client, forms: Forms, shop: Shop
) -> None:
    session, form = shop.session(), forms.form()
    shop.profile(session=session)
    row = forms.session(session)
    forms.suppress(row.profile_id)
    told = {"session": session, "email": "ana@example.com"}
    answer = made(page.post(submissions(form), json=told))
    assert answer == {"id": None, "identified": True, "session": session}
    assert forms.rows(tables.submissions, session_id=row.id) == []
    assert forms.rows(tables.claims, profile_id=row.profile_id) == []
    assert forms.rows(tables.events, session_id=row.id) == []
    (profile,) = forms.rows(tables.profiles, id=row.profile_id)
    assert profile.suppressed_count == 1


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
def test_a_form_may_come_as_forms_do(page: httpx.Client, forms: Forms, kind: str) -> None:
    session = str(uuid4())
    is_form = kind.startswith("application")
    content = f"session={session}&email=ana%40example.com"
    if not is_form:
        content = json.dumps({"session": session, "email": "ana@example.com"})
    path = submissions(forms.form())
    made(page.post(path, content=content, headers={"Content-Type": kind}))
    claims = forms.rows(tables.claims, profile_id=forms.session(session).profile_id)
    assert [row.value for row in claims] == ["ana@example.com"]


def test_a_form_begins_a_session_under_any_text_that_can_be_carried(
    page: httpx.Client, forms: Forms
) -> None:
    session = unique("visitor-")
    told = {"session": session, "email": f"{session}@example.com"}
    assert made(page.post(submissions(forms.form()), json=told))["session"] == session
    assert forms.session(session).text == session


def test_what_was_filled_in_is_masked_in_refusals(
    page: httpx.Client, forms: Forms, shop: Shop
) -> None:
    name = unique("ana-")
    told = {"session": "x y", "email": f"{name}@example.com"}
    answer = page.post(submissions(forms.form()), json=told)
    assert refused(answer, 422) == [("invalid", "session")]
    kept = got(shop.client.get("/v1/rejections", params={"limit": 100}))["data"]
    assert answer.headers["request-id"] in [each["request_id"] for each in kept]
    assert name not in json.dumps(kept)
