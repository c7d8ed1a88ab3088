"""What the steps of one case of 2020 say, each to be changed in a word."""

from datetime import date
from decimal import Decimal

from core.clock import at_local
from penalties import services

FILED = date(2020, 5, 14)
NOTICED = date(2020, 5, 20)
DECIDED = date(2020, 6, 2)
LATER = at_local(date(2020, 7, 1), 10)


def filing(cast, **changes):
    values = {
        "cause": "大气污染防治设施不正常运行案",
        "violated_article": "《中华人民共和国大气污染防治法》第二十条第二款",
        "penalty_article": "《中华人民共和国大气污染防治法》第九十九条第三项",
        "facts": "2020 年 5 月 12 日，2# 碱回收炉布袋除尘器压差异常，排口可见烟羽。",
        "investigators": [cast.inspector_a, cast.second_a],
        "filed_on": FILED,
    }
    return services.Filing(**(values | changes))


def deciding(**changes):
    values = {
        "day": DECIDED,
        "fine": Decimal(280000),
        "evidence": "现场检查笔录、照片 3 张",
        "defence": "当事人在法定期限内未提出陈述申辩，未申请听证",
        "discretion": "首要因素 3 级，次要因素 2 级",
        "payment": "自收到本决定书之日起 15 日内缴至指定银行",
    }
    return services.Deciding(**(values | changes))
