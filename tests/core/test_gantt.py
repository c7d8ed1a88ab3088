from datetime import date

from core.gantt import Window, chart

CHECK = Window("执法检查", date(2020, 4, 20), date(2020, 6, 20), 61)
SELF = Window("企业自查", date(2020, 4, 1), date(2020, 4, 30))


def test_bars_stand_where_their_days_are():
    # The axis is April to June, 91 days.
    drawn = chart([SELF, CHECK], date(2020, 5, 15))
    assert [(bar.left, bar.width) for bar in drawn.bars] == [("0", "32.97"), ("20.88", "68.13")]


def test_progress_is_a_share_of_its_own_bar():
    assert [bar.done for bar in chart([SELF, CHECK], date(2020, 5, 15)).bars] == ["0", "41.56"]


def test_a_phase_knows_whether_it_runs():
    windows = [SELF, CHECK, Window("处理", date(2020, 6, 1), date(2020, 6, 30))]
    assert [bar.state for bar in chart(windows, date(2020, 5, 15)).bars] == ["over", "now", "before"]


def test_today_is_marked_only_inside_the_axis():
    assert chart([SELF], date(2020, 4, 16)).today == "50"
    assert chart([SELF], date(2020, 5, 1)).today == ""


def test_the_last_month_there_is_has_an_end():
    assert chart([Window("永久", date(9999, 12, 1), date(9999, 12, 31))], date(9999, 12, 31)).bars


def test_months_are_named_and_thinned_out():
    assert [tick.label for tick in chart([SELF, CHECK], date(2020, 5, 15)).ticks] == ["4 月", "5 月", "6 月"]
    long = chart([Window("全程", date(2020, 4, 1), date(2021, 6, 30))], date(2020, 5, 1))
    assert [tick.label for tick in long.ticks][:5] == ["4 月", "6 月", "8 月", "10 月", "12 月"]
    assert long.ticks[5].label == "21 年 2 月"


def test_no_windows_make_an_empty_chart():
    assert chart([], date(2020, 5, 15)).bars == ()
