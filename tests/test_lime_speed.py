"""The page on explanations shows what the benchmark measured last."""

import json

from benchmarks.lime_speed import OURS, PAGE, RESULT, table

MEASURED = {
    "command": "python tests/benchmarks/lime_speed.py",
    "date": "2026-01-02",
    "cores": 2,
    "busy_cores": 0.1,
    "seconds": {OURS: [0.2, 0.4], "`lime`": [6.4, 8.0]},
    "many_seconds": 100,
}


def test_table_tells_seconds_and_how_many_times_ours():
    lines = table(MEASURED).splitlines()
    assert f"| {OURS} | 0.20 | 1 | 0.40 | 1 |" in lines
    assert "| `lime` | 6.40 | 32 | 8.00 | 20 |" in lines
    assert "560 faces with SLIC by `explain_many`, on all cores: 100 s." in lines


def test_page_shows_what_was_measured_last():
    page = PAGE.read_text(encoding="utf-8")
    shown = page.partition("<!-- measured -->\n")[2].partition("\n<!-- end -->")[0]
    assert "lime_speed.py" in shown
    assert shown == table(json.loads(RESULT.read_text(encoding="utf-8")))
