"""The plan as one HTML file: nothing is fetched, values are text, and a policy in the page enforces both."""

import base64
import hashlib
import json
from datetime import datetime
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.domain.vocabulary import AttributeState, RiskLevel, Strategy
from aidiscover_pipelines.reporting import svg
from aidiscover_pipelines.reporting.heatmap import NOTHING, heat_map_svg, legend
from aidiscover_pipelines.reporting.questions import question_groups
from aidiscover_pipelines.reporting.view import PortfolioView
from aidiscover_pipelines.reporting.xlsx import label

# The workbook holds every row; a page with more than this takes seconds to open.
TABLE_LIMIT = 20_000
LIST_LIMIT = 40
NAMES_PER_WAVE = 30

STRATEGY_MEANING: dict[str, str] = {
    "rehost": "move as it is",
    "replatform": "move with managed or newer platform parts",
    "refactor": "redesign for the cloud",
    "repurchase": "replace by a product or service",
    "retire": "switch off",
    "retain": "keep where it is, look again later",
}


def portfolio_html(view: PortfolioView, run: RunRef, now: datetime) -> str:
    """Render the report. An empty portfolio gives a page that says so."""
    script, styles = _packaged("report.js"), _packaged("report.css")
    environment = Environment(
        loader=PackageLoader("aidiscover_pipelines.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["label"] = label
    environment.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    environment.filters["mix_bar"] = svg.mix_bar
    return environment.get_template("report.html.j2").render(
        view=view,
        run=run,
        now=now,
        policy=_policy(script, styles),
        script=Markup(script),  # noqa: S704  ours, from the package
        styles=Markup(styles),  # noqa: S704  ours, from the package
        data=_json_island(_page_data(view)),
        colours=svg.COLOURS,
        meaning=STRATEGY_MEANING,
        figures=_figures(view),
        charts=_charts(view),
        questions=question_groups(view.questions, view.applications.set_index("application_id")["name"]),
        shades=[*legend(), (NOTHING, "nothing stored")],
        limits={"table": TABLE_LIMIT, "list": LIST_LIMIT, "names": NAMES_PER_WAVE},
    )


def _packaged(name: str) -> str:
    return resources.files("aidiscover_pipelines.reporting").joinpath("templates", name).read_text(encoding="utf-8")


def _policy(script: str, styles: str) -> str:
    """Content-Security-Policy: exactly our script and styles by hash; no request, frame, form or base of any kind."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(styles)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json_island(data: dict[str, Any]) -> Markup:
    """JSON for a script element: no `<`, so no value can end the element or open a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704  escaped above


def _page_data(view: PortfolioView) -> dict[str, Any]:
    """What the page's script draws: one array per application row and the details by id."""
    rows = [
        [
            row["application_id"],
            row["name"],
            row["strategy"] or "not assessed",
            None if row["confidence"] is None else round(float(row["confidence"]), 3),
            row["decided_by"] or "",
            row["risk"] or "",
            None if row["wave"] is None else int(row["wave"]),
            round(row["completeness"]),
            row["servers"],
            row["cluster"],
            row["anomaly"],
            round(row["data_confidence"]),
        ]
        for row in view.applications.head(TABLE_LIMIT).to_dict("records")
    ]
    details = {
        application: {name: getattr(detail, name) for name in detail.__slots__ if name != "application_id"}
        for application, detail in view.details.items()
    }
    labels = {name: label(name) for name in view.attribute_states.columns}
    return {"rows": rows, "details": details, "colours": svg.COLOURS, "labels": labels}


def _figures(view: PortfolioView) -> dict[str, Any]:
    """Numbers of the summary, computed once for tiles and sentence."""
    total = len(view.applications)
    staying = view.strategies["retain"] + view.strategies["retire"]
    decided = sum(view.strategies.values())
    confidence = view.applications["confidence"].dropna().astype(float)
    return {
        "applications": total,
        "decided": decided,
        "moving": decided - staying,
        "moving_percent": round(100 * (decided - staying) / decided) if decided else 0,
        "confidence": round(100 * float(confidence.mean())) if len(confidence) else None,
        "to_review": int(view.applications["review"].fillna("").ne("").sum()),
        "unsure": int((confidence < 0.6).sum()),
        "waves": sum(1 for wave in view.waves if wave["wave"]),
        "anomalies": int(view.applications["anomaly"].sum()),
        "models": sorted({*view.crews.models, *(str(m) for m in view.applications["model"].dropna() if m)}),
        "unresolved": int((~view.dependencies["resolved"].astype(bool)).sum()) if len(view.dependencies) else 0,
    }


def _charts(view: PortfolioView) -> dict[str, Markup]:
    states = [state.value for state in AttributeState]
    attributes = [
        (label(name), {state: int((view.attribute_states[name] == state).sum()) for state in states})
        for name in view.attribute_states.columns
    ]
    return {
        "strategies": svg.donut(view.strategies, "applications"),
        "confidence": svg.columns(_confidence_bins(view), "Confidence of the recommendations"),
        "risks": svg.columns([(level.value, view.risks[level.value]) for level in RiskLevel], "Risk"),
        "attributes": svg.stacked_bars(attributes, "Completeness by attribute"),
        "heat_map": heat_map_svg(view.heat_map, "Quality of the attributes"),
        "waves": svg.wave_timeline(view.waves, [strategy.value for strategy in Strategy]),
    }


def _confidence_bins(view: PortfolioView) -> list[tuple[str, int]]:
    """Tenths from 0 to 100 %; those below the lowest that occurs are left out."""
    confidence = view.applications["confidence"].dropna().astype(float)
    tenths = (confidence * 10).astype(int).clip(0, 9)
    counts = [int((tenths == tenth).sum()) for tenth in range(10)]
    first = next((tenth for tenth, count in enumerate(counts) if count), 0)
    return [(f"{10 * tenth}-{10 * tenth + 10}", counts[tenth]) for tenth in range(min(first, 5), 10)]
