"""`make calibration`: fits calibration.json on first_sight.csv, the same bytes from the same cases.

`make calibration CASES=cases.csv` first adds what the policy says today of labelled cases from sources that the file
does not know. Only cases that nobody looked at while the policy was written belong there.
"""

import sys
from pathlib import Path

import pandas as pd

from aidiscover_pipelines.strategy.calibration.calibrate import FIRST_SIGHT, calibration_text, read_first_sights
from aidiscover_pipelines.strategy.calibration.confidence import CALIBRATION
from aidiscover_pipelines.strategy.evaluate import first_sights

if __name__ == "__main__":
    sights = read_first_sights()
    if sys.argv[1:]:
        seen = first_sights(pd.read_csv(Path(sys.argv[1]), dtype=str, keep_default_na=False))
        sights = pd.concat([sights, seen[~seen["source"].isin(sights["source"])]])
        sights.to_csv(FIRST_SIGHT, index=False, lineterminator="\n")
        sights = read_first_sights()
    CALIBRATION.write_text(calibration_text(sights), encoding="utf-8")
