"""The plan as one HTML file: nothing is fetched, values are text, and a policy in the page enforces both."""

import base64
import hashlib
from datetime import datetime
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from aidiscover_pipelines.domain.method import StrategyMethod
from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.domain.vocabulary import AttributeState, RiskLevel, Strategy
from aidiscover_pipelines.reporting import executive, svg
from aidiscover_pipelines.reporting.gantt import gantt_svg
from aidiscover_pipelines.reporting.heatmap import heat_map_svg, legend
from aidiscover_pipelines.reporting.island import packed, page_data
from aidiscover_pipelines.reporting.labels import ATTRIBUTE_LABELS, STRATEGY_MEANING, counted, label, work
from aidiscover_pipelines.reporting.portfolio_map import criticality_matrix, pattern_bubbles
from aidiscover_pipelines.reporting.questions import question_groups
from aidiscover_pipelines.reporting.view import PortfolioView

# Rows of a table and names in a cell; the workbook holds every row.
LIST_LIMIT = 40
NAMES_PER_WAVE = 30

_SCRIPTS = ("page.js", "table.js", "dossier.js", "map.js", "start.js")
_STYLES = ("report.css", "print.css")


def portfolio_html(view: PortfolioView, run: RunRef, now: datetime, method: StrategyMethod | None = None) -> str:
    """Render the report; `method` for the page on accuracy. An empty portfolio gives a page that says so."""
    script, styles = _packaged(_SCRIPTS), _packaged(_STYLES)
    groups = question_groups(view.questions, view.applications.set_index("application_id")["name"])
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            view=view,
            run=run,
            now=now,
            policy=_policy(script, styles),
            script=Markup(script),  # noqa: S704  ours, from the package
            styles=Markup(styles),  # noqa: S704  ours, from the package
            data=packed(page_data(view)),
            meaning=STRATEGY_MEANING,
            figures=executive.figures(view),
            mix=executive.mix(view),
            actions=executive.actions(view, groups),
            decisions=executive.decisions(view),
            matrix=criticality_matrix(view),
            charts=_charts(view),
            questions=groups,
            method=method,
            shades=[*legend(), ("f-none", "nothing stored")],
            limits={"list": LIST_LIMIT, "names": NAMES_PER_WAVE},
        )
    )


@cache
def _environment() -> Environment:
    """With the templates that it has compiled, a quarter of the time that a page takes."""
    environment = Environment(
        loader=PackageLoader("aidiscover_pipelines.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["label"] = label
    environment.filters["counted"] = counted
    environment.filters["work"] = work
    environment.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    environment.filters["mix_bar"] = svg.mix_bar
    environment.filters["fill"] = svg.fill
    return environment


def _packaged(names: tuple[str, ...]) -> str:
    folder = resources.files("aidiscover_pipelines.reporting").joinpath("templates")
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)


def _policy(script: str, styles: str) -> str:
    """Content-Security-Policy: exactly our script and styles by hash; no request, frame, form or base of any kind."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(styles)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _charts(view: PortfolioView) -> dict[str, Markup]:
    states = [state.value for state in AttributeState]
    attributes: list[tuple[str, dict[str, int]]] = [
        (
            ATTRIBUTE_LABELS.get(name, name),
            {state: int((view.attribute_states[name] == state).sum()) for state in states},
        )
        for name in view.attribute_states.columns
    ]
    names = dict(zip(view.applications["application_id"], view.applications["name"], strict=True))
    return {
        "confidence": svg.columns(_confidence_bins(view), "Recommendations by confidence in percent"),
        "risks": svg.columns([(level.value, view.risks[level.value]) for level in RiskLevel], "Applications by risk"),
        "patterns": pattern_bubbles(view),
        "attributes": svg.stacked_bars(attributes, "Completeness by attribute"),
        "heat_map": heat_map_svg(view.heat_map, "Quality of the attributes, in percent"),
        "waves": svg.wave_timeline(view.waves, [strategy.value for strategy in Strategy]),
        "gantt": gantt_svg(view.calendar, view.applications[["application_id", "wave"]].dropna(), names),
    }


def _confidence_bins(view: PortfolioView) -> list[tuple[str, int]]:
    """Tenths from 0 to 100 %; those below the lowest that occurs are left out."""
    confidence = view.applications["confidence"].dropna().astype(float)
    tenths = (confidence * 10).astype(int).clip(0, 9)
    counts = [int((tenths == tenth).sum()) for tenth in range(10)]
    first = next((tenth for tenth, count in enumerate(counts) if count), 0)
    return [(f"{10 * tenth}-{10 * tenth + 10}", counts[tenth]) for tenth in range(min(first, 5), 10)]
