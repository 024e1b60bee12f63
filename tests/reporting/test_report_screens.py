"""The report as Chromium lays it out: a phone, a dossier on a phone, names without a break, a map that is drawn."""

import re

import pytest

from tests.reporting.report_page import rendered

NAMES = ("A" * 300, "Shop", "Donaudampfschifffahrtsgesellschaft/" * 8, "x@" * 150)
FRAME = """<body><iframe width="390" height="800" src="report.html{fragment}"></iframe><script>
setTimeout(() => {{
  const page = document.querySelector("iframe").contentDocument;
  const map = page.getElementById("map"), box = map.getContext("2d").getImageData(0, 0, map.width, map.height).data;
  const colours = new Set();
  for (let i = 0; i < box.length; i += 4) colours.add(box[i] + "," + box[i + 1] + "," + box[i + 2]);
  const dossier = page.getElementById("dossier");
  const wide = [page.documentElement, dossier].map((node) => node.scrollWidth - node.clientWidth);
  document.title = JSON.stringify({{ wide: wide, colours: colours.size, open: dossier.open }});
}}, 3000);
</script></body>"""


@pytest.mark.parametrize("fragment", ["", "#application=app-00000"])
def test_on_a_phone_nothing_is_wider_than_the_screen_and_the_map_is_drawn(case_of, dump, tmp_path, fragment):
    (tmp_path / "report.html").write_text(rendered(case_of(NAMES)), encoding="utf-8")
    dom, log = dump(FRAME.format(fragment=fragment), options=("--allow-file-access-from-files",))
    told = re.search(r"<title>(.*?)</title>", dom)[1]
    assert '"wide":[0,0]' in told
    assert int(re.search(r'"colours":(\d+)', told)[1]) > 5
    assert f'"open":{"true" if fragment else "false"}' in told
    assert not re.search(r"Refused to|Uncaught", log)
