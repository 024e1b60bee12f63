"""A tenant's policy file: what it changes, every fault in it at once, and what a stored one does in a run."""

from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidiscover_pipelines.domain.errors import ConfigError, InvalidPolicy, UnknownTenant
from aidiscover_pipelines.domain.tables import Application, ApplicationFact, DataFlag, Recommendation, TenantPolicy
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ops.verdicts import policy_is_used
from aidiscover_pipelines.strategy.policy.overlay import Overlay, overlay_of, read_overlay
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES, shipped_policy
from aidiscover_pipelines.strategy.policy.tenant import declare_policy, declared_policies, policy_in_force
from aidiscover_pipelines.strategy.stage import draft_portfolio, settle_portfolio
from resources.scratch_store import ScratchStore

TENANT, NOW = TenantId("acme"), datetime(2026, 11, 21, 9, tzinfo=UTC)
KEEP = {"id": "keep-erp", "when": "erp", "mandates": "retain", "reason": "{erp} stays", "citation": "board, May"}
ARGUMENT = {"id": "own", "strategy": "retire", "points": 9, "theme": "cost", "when": "packaged", "text": "it goes"}

FAULTS = [
    ("golas: {speed: 1}", "golas: there is no such field; remove it or correct its name"),
    ("goal: fame", "goal: the shipped policy has no goal 'fame', only balanced, speed"),
    ("factors: {cost: high}", "factors.cost: it should be a valid number (it is 'high'); write a number"),
    ("factors: {cost: '1.5'}", "factors.cost: it should be a valid number (it is '1.5'); write a number"),
    ("factors: {cost: .nan}", "factors.cost: it should be a finite number (it is nan)"),
    ("factors: {cost: true}", "factors.cost: it should be a valid number"),
    ("factors: {cost: -1}", "factors.cost: it should be greater than or equal to 0"),
    ("start: {rehost: .inf}", "start.rehost: it should be a finite number"),
    ("start: {relocate: 1}", "start.relocate: it should be 'rehost'"),
    ("points: {rehost-vm: 1}", "points.rehost-vm: the shipped policy has no criterion 'rehost-vm'"),
    ("points: {rehost-speed: 99}", "points.rehost-speed: it should be less than or equal to 10"),
    ("switched_off: [retain-saas]", "switched_off[0]: the shipped policy has no constraint 'retain-saas'"),
    ("bands: {effort: perhaps}", "bands.effort: it should be a valid boolean"),
    ("criteria: [{id: own}]", "criteria[0].points: it is missing; add it"),
    ("- a list", "the file: it holds no fields; write fields with values"),
    ("", "the file: it holds no fields"),
    ("factors: {cost: null}", "factors.cost: it should be a valid number"),
    ("factors: {cost: '1e999'}", "factors.cost: it should be a valid number"),
    ("start: {rehost: " + "9" * 5000 + "}", "line 1: a value has 5,000 characters, and 2,000 are allowed"),
    ("goal: 0x" + "f" * 20_000, "line 1: a value has 20,002 characters"),
    ("goal: !!timestamp soon", "line 1: it uses the tag 'tag:yaml.org,2002:timestamp'; remove it"),
    ("goal: !!int x", "line 1: it uses the tag"),
    ("goal: cost\ngoal: speed", "line 2, column 1: 'goal' stands twice; correct the YAML"),
    ("start: &a {rehost: 1}\nfactors: *a", "it uses the alias 'a'; write the text out"),
    ("goal: cost: speed", "line 1, column 11: mapping values are not allowed"),
    ("start: " + "[" * 40 + "]" * 40, "it is nested deeper than 16 levels"),
]

CONSTRAINT_FAULTS = [
    ({"when": "erpp"}, "constraints[0].when.yes: no signal is called 'erpp', did you mean 'erp'"),
    ({"when": {"at_leest": {"users": 1}}}, "constraints[0].when.at_leest: there is no such field"),
    ({"when": {}}, "constraints[0].when: it asks nothing"),
    ({"when": {"at_least": {"users": "many"}}}, "constraints[0].when.at_least.users: it should be a valid number"),
    ({"when": {"any": [{"yes": "nope"}]}}, "constraints[0].when.any[0].yes: no signal is called 'nope'"),
    ({"mandates": "relocate"}, "constraints[0].mandates: it should be 'rehost'"),
    ({"excludes": ["rehost"]}, "constraints[0]: it must have either 'excludes' or 'mandates'"),
    ({"mandates": None, "excludes": [str(each) for each in STRATEGIES]}, "constraints[0]: it excludes all six"),
    ({"reason": "{nope} stays"}, "constraints[0].reason: {nope} names no signal"),
    ({"id": "Keep ERP"}, "constraints[0].id: it is no id (it is 'Keep ERP'); use small letters"),
    ({"id": "already-saas"}, "constraints[0].id: 'already-saas' is the id of the shipped policy too; give it another"),
    ({"citation": ""}, "constraints[0].citation"),
]


@pytest.fixture
def file(tmp_path):
    def write(text):
        (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
        return tmp_path / "own.yaml"

    return write


@pytest.fixture
def store(portfolio):
    made = ScratchStore(Tenant(TENANT, "Acme"))
    rows = [(key, key, [], 1, "recorded", 1.0, "single") for key in portfolio["application_id"].unique()]
    applications = pd.DataFrame(rows, columns=Application.columns())
    made.replace(TENANT, RunRef("r0"), {ApplicationFact: portfolio, Application: applications})
    return made


def declare(store, **document):
    return declare_policy(store, TENANT, overlay_of(document, "test"), "why", "eve", NOW)


def settled(store, run="r1"):
    settle_portfolio(store, TENANT, RunRef(run), draft_portfolio(store, TENANT, NOW.date()), [], NOW.date())
    return store.read(TENANT, Recommendation).set_index("application_id")


@pytest.mark.parametrize(("text", "told"), FAULTS, ids=[text.partition("\n")[0][:40] for text, _ in FAULTS])
def test_a_fault_is_told_with_its_path_the_reason_and_what_to_do(file, text, told):
    with pytest.raises(InvalidPolicy, match=r"^cannot use 'own.yaml': ") as refused:
        read_overlay(file(text))
    assert any(fault.startswith(told) for fault in refused.value.faults), refused.value.faults
    assert all("; " in fault and "\n" not in fault for fault in refused.value.faults)


@pytest.mark.parametrize(("change", "told"), CONSTRAINT_FAULTS, ids=[told for _, told in CONSTRAINT_FAULTS])
def test_a_faulty_constraint_is_told_with_its_place(change, told):
    given = {name: value for name, value in {**KEEP, **change}.items() if value is not None}
    with pytest.raises(InvalidPolicy) as refused:
        overlay_of({"constraints": [given]}, "own")
    (fault,) = refused.value.faults
    assert fault.startswith(told)


def test_all_faults_are_told_at_once():
    document = {"goal": "fame", "factors": {"cost": "x"}, "constraints": [KEEP, KEEP], "unknown": 1}
    with pytest.raises(InvalidPolicy) as refused:
        overlay_of(document, "own")
    assert [fault.partition(":")[0] for fault in refused.value.faults] == [
        "goal", "factors.cost", "unknown", "constraints[1].id"
    ]  # fmt: skip


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    with pytest.raises(InvalidPolicy, match="it cannot be read"):
        read_overlay(tmp_path / "none.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"goal: \xff")
    with pytest.raises(InvalidPolicy, match="no UTF-8"):
        read_overlay(tmp_path / "bytes.yaml")
    (tmp_path / "large.yaml").write_text("# " + "x" * 300_000)
    with pytest.raises(InvalidPolicy, match="262,144 are allowed"):
        read_overlay(tmp_path / "large.yaml")


@given(st.binary(max_size=60))
def test_no_bytes_do_more_than_be_refused(tmp_path_factory, source):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(source)
    try:
        read_overlay(path)
    except InvalidPolicy as refused:
        assert refused.faults


def test_an_overlay_changes_what_it_names_and_nothing_else():
    shipped = shipped_policy()
    policy = overlay_of(
        {
            "goal": "cost",
            "start": {"rehost": 0.9},
            "factors": {"cost": 2},
            "points": {"rehost-speed": 2.5},
            "switched_off": ["oracle-rac"],
            "constraints": [KEEP],
            "criteria": [ARGUMENT],
            "bands": {"cost": False},
        },
        "own",
    ).over(shipped)
    assert policy.goal == "cost" and policy.factor("cost") == 3.0 and policy.factor("risk") == 1.0
    assert policy.starts().tolist() == [0.9, *shipped.towards("cost").starts().tolist()[1:]]
    assert {each.id: each.points for each in policy.criteria} == {
        **{each.id: each.points for each in shipped.criteria}, "rehost-speed": 2.5, "own": 9.0
    }  # fmt: skip
    ids = [each.id for each in policy.constraints]
    assert ids == [*(each.id for each in shipped.constraints if each.id != "oracle-rac"), "keep-erp"]
    assert (policy.bands.effort, policy.bands.cost) == (True, False)


def test_the_version_tells_overlays_apart_and_a_goal_alone_is_none():
    shipped = shipped_policy()
    one, other, again, goal = (
        overlay_of(document, "own").over(shipped).version
        for document in ({"factors": {"cost": 2}}, {"factors": {"cost": 3}}, {"factors": {"cost": 2.0}},
                         {"goal": "cost"})
    )  # fmt: skip
    assert one == again != other
    assert one.startswith(f"{shipped.version}+") and goal == shipped.version
    assert Overlay().over(shipped) == shipped


def test_what_is_stored_reads_back_as_the_same_policy(store):
    declared = declare(store, goal="risk", constraints=[KEEP], criteria=[ARGUMENT], bands={"effort": False})
    assert policy_in_force(store, TENANT) == declared
    assert declared.number == 1


def test_a_declared_policy_decides_marks_what_changed_and_can_be_taken_back(store):
    before = settled(store)
    assert set(before["policy"]) == {shipped_policy().label}
    declared = declare(store, constraints=[{**KEEP, "when": "packaged", "mandates": "rehost"}])
    after = settled(store, "r2")
    assert (before.loc["hr", "strategy"], after.loc["hr", "strategy"]) == ("repurchase", "rehost")
    assert set(after["policy"]) == {declared.policy.label}
    assert (before["digest"] != after["digest"]).all()
    reasons = {entry["strategy"]: entry["reasons"] for entry in after.loc["hr", "ranking"]}
    assert "excluded: " in reasons["repurchase"][0]["text"] and "board, May" in reasons["repurchase"][0]["text"]
    declare(store)
    assert settled(store, "r3")["digest"].to_dict() == before["digest"].to_dict()
    assert [row["number"] for row in declared_policies(store, TENANT)] == [2, 1]


def test_a_stored_policy_that_no_longer_fits_stops_no_run_and_is_flagged(store):
    document = {"constraints": [{**KEEP, "when": "a_signal_of_old"}]}
    store.put(TENANT, [TenantPolicy(kind="strategy", version=4, document=document, note="", by="eve", at=NOW)])
    assert set(settled(store)["policy"]) == {shipped_policy().label}
    (flag,) = store.read(TENANT, DataFlag, stage="policy").to_dict("records")
    assert (
        flag["problem"] == "policy not used" and "a_signal_of_old" in flag["what"] and "declaration 4" in flag["what"]
    )
    verdict = policy_is_used(store, TENANT)
    assert not verdict.passed and "a_signal_of_old" in verdict.words
    declare(store, goal="cost")
    settled(store, "r2")
    assert store.read(TENANT, DataFlag, stage="policy").empty
    assert policy_is_used(store, TENANT).passed


class Overtaken(ScratchStore):
    """Somebody else declares a policy between the look at the last number and the write of the next."""

    def add(self, tenant, table, frame):
        super().add(tenant, table, frame.assign(by="adam"))
        return super().add(tenant, table, frame)


def test_of_two_declarations_at_the_same_moment_one_is_refused():
    store = Overtaken(Tenant(TENANT, "Acme"))
    with pytest.raises(ConfigError, match="somebody else just did"):
        declare(store, goal="speed")
    assert [row["by"] for row in declared_policies(store, TENANT)] == ["adam"]


def test_an_unknown_tenant_declares_nothing(store):
    with pytest.raises(UnknownTenant):
        declare_policy(store, TenantId("nobody"), Overlay(), "", "eve", NOW)
    with pytest.raises(UnknownTenant):
        declared_policies(store, TenantId("nobody"))
