"""Taking access away never leads to a lower tier number, and always leaves people among the methods."""

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from aidiscover_pipelines.tiers.assess import methods_of, tier_of
from aidiscover_pipelines.tiers.stage import draft_platform

SCOPES = ("aws:1:eu-central-1", "aws:1:us-east-1", "azure:s-1:global")
ANSWERS = ("called", "empty", "denied", "throttled", "failed", "skipped")
OUTCOMES = st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=5)
ASSET = st.fixed_dictionaries(
    {
        "scope": st.sampled_from((*SCOPES, "")),
        "file": st.booleans(),
        "measured": st.booleans(),
        "site": st.sampled_from(("Nord", "Süd", "")),
        "isolated": st.booleans(),
    }
)
ESTATE = st.fixed_dictionaries(
    {
        "reads": st.fixed_dictionaries(dict.fromkeys(SCOPES, OUTCOMES)),
        "assets": st.lists(ASSET, max_size=8),
        "file": st.booleans(),
        "declared": st.lists(st.sampled_from(("site Nord", "site Süd", "*")), max_size=2, unique=True),
    }
)


def drafted(estate, told):
    estate = estate()
    if told["file"]:
        estate.file()
    for scope, outcomes in told["reads"].items():
        estate.read(*outcomes, scope=scope)
    for number, asset in enumerate(told["assets"]):
        sources = [asset["scope"]] if asset["scope"] else []
        estate.assets(1, [*sources, *(["f1"] if asset["file"] else [])], f"a{number}-")
        if asset["measured"]:
            estate.value(f"a{number}-0", "cpu_util_pct", "10", f"{asset['scope'] or 'f1'}.m.r")
        if asset["site"]:
            estate.value(f"a{number}-0", "location", asset["site"])
        if asset["isolated"]:
            estate.value(f"a{number}-0", "description", "air-gapped")
    if told["declared"]:
        estate.declared(*told["declared"])
    return draft_platform(estate.store, estate.tenant)


def without_some_access(told, draw):
    """The same assets with less access: each part stays or goes."""
    reads = {
        scope: [draw(st.sampled_from((each, "denied", "skipped"))) for each in outcomes]
        for scope, outcomes in told["reads"].items()
    }
    gone = draw(st.sampled_from(("", *SCOPES)))
    if gone:  # an account that cannot be entered any more is one row
        reads[gone] = ["denied"]
    assets = [
        {
            **asset,
            "file": asset["file"] and draw(st.booleans()),
            "measured": asset["measured"] and draw(st.booleans()),
            "isolated": asset["isolated"] or draw(st.booleans()),
        }
        for asset in told["assets"]
    ]
    declared = [*told["declared"], *draw(st.sampled_from(((), ("site Nord",), ("*",))))]
    return {"reads": reads, "assets": assets, "file": told["file"] and draw(st.booleans()), "declared": declared}


# Few whole estates, because each costs a tenth of a second; the rules alone are tried hundreds of times below.
@settings(max_examples=12, deadline=None, derandomize=True, phases=(Phase.generate,))
@given(told=ESTATE, data=st.data())
def test_taking_access_away_never_lowers_the_tier_number_and_leaves_manual_among_the_methods(estate, told, data):
    before, after = drafted(estate, told), drafted(estate, without_some_access(told, data.draw))
    assert after["tier"] >= before["tier"]
    assert after["tier"] == 1 or "manual" in after["methods"]
    assert all(group["tier"] == 1 or "manual" in group["methods"] for group in after["groups"])


SHARE = st.floats(0, 1, allow_nan=False)
FACTS = st.fixed_dictionaries(
    {
        **dict.fromkeys(("cloud_asset_share", "measured_asset_share", "isolated_share"), SHARE),
        **dict.fromkeys(
            ("cloud_reads_answered", "cloud_reads_unanswered", "files_accepted", "members"), st.integers(0, 9)
        ),
        "accounts_answering_share": SHARE,
    }
)


@given(facts=FACTS, less=SHARE, lost=st.integers(0, 9))
def test_each_fact_alone_moves_the_tier_in_one_direction(facts, less, lost):
    tier = tier_of(facts).tier
    moved = min(lost, facts["cloud_reads_answered"])
    worse = [
        *({**facts, name: facts[name] * less} for name in ("cloud_asset_share", "measured_asset_share")),
        {**facts, "accounts_answering_share": facts["accounts_answering_share"] * less},
        {**facts, "isolated_share": max(facts["isolated_share"], less)},
        {**facts, "files_accepted": max(facts["files_accepted"] - lost, 0)},
        {
            **facts,
            "cloud_reads_answered": facts["cloud_reads_answered"] - moved,
            "cloud_reads_unanswered": facts["cloud_reads_unanswered"] + moved,
        },
    ]
    for each in worse:
        assert tier_of(each).tier >= tier
        assert tier_of(each).tier == 1 or "manual" in methods_of(tier_of(each).tier, each, {"operating_system": "api"})
