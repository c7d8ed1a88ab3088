"""May these people go there together?"""

from campaigns.rules.answers import Answer, Ask, RuleSaid
from campaigns.rules.clauses import REQUIRED
from campaigns.rules.facts import Facts, said


def enforcers(facts: Facts) -> RuleSaid:
    """HN-25: experts and others without the right to enforce are no part of the two."""
    without = [officer.name for officer in facts.officers if not officer.may_enforce]
    if without:
        return said(
            facts,
            "enforcers",
            Answer.REFUSE,
            f"{'、'.join(without)}在该辖区没有执法权限（按检查日期 {facts.planned_on} 核对），"
            "不能担任主办人或协办人（专家没有执法权）。",
        )
    return said(facts, "enforcers", Answer.ALLOW, "主办人、协办人均为本辖区执法人员。")


def recusal(facts: Facts) -> RuleSaid:
    """Who is recused from an enterprise does not go there, drawn or chosen. The kind is named, never the ground."""
    away = [f"{officer.name}（{officer.recused}）" for officer in facts.officers if officer.recused]
    if away:
        return said(facts, "recusal", Answer.REFUSE, f"{'、'.join(away)}须回避该企业，请另派人员。")
    return said(facts, "recusal", Answer.ALLOW, "主办人、协办人均不须回避该企业。")


def patrol(facts: Facts) -> RuleSaid:
    """HN-79: who patrols a campaign's teams is in none of them."""
    names = [officer.name for officer in facts.officers if officer.patrols]
    names += [facts.expert] if facts.expert_patrols else []
    if names:
        return said(facts, "patrol", Answer.REFUSE, f"{'、'.join(names)}是本行动巡查组人员，不能编入检查组。")
    return said(facts, "patrol", Answer.ALLOW, "检查组中没有巡查组人员。")


def certificates(facts: Facts) -> RuleSaid:
    """HN-25, HS-76: at least two valid certificates on the planned day."""
    valid = [officer.name for officer in facts.officers if officer.certificate_valid]
    if len(valid) >= 2:
        return said(facts, "certificates", Answer.ALLOW, f"检查当日 {len(valid)} 人执法证有效。")
    lacking = "、".join(officer.name for officer in facts.officers if not officer.certificate_valid)
    tail = f"：{lacking}的执法证在检查当日无效或未登记" if lacking else ""
    return said(facts, "certificates", Answer.REFUSE, f"检查当日有效执法证只有 {len(valid)} 个，不足两个{tail}。")


def pledge(facts: Facts) -> RuleSaid:
    unsigned = [officer.name for officer in facts.officers if not officer.pledged]
    if facts.pledge_asked and unsigned:
        return said(
            facts, "pledge", Answer.REFUSE, f"{'、'.join(unsigned)}尚未签署本行动的廉洁自律承诺书，请本人登录后签署。"
        )
    return said(
        facts, "pledge", Answer.ALLOW, "廉洁自律承诺书已签署。" if facts.pledge_asked else "本行动不要求签署承诺书。"
    )


def clauses(facts: Facts) -> RuleSaid | None:
    """GS-72: who has not signed the version in force of a text of discipline is not sent. Silent where none asks."""
    if not facts.clauses:
        return None
    unsigned = [f"{officer.name}（{'、'.join(officer.unlearnt)}）" for officer in facts.officers if officer.unlearnt]
    if unsigned:
        text = f"尚未签收现行纪律条文：{'、'.join(unsigned)}，请本人登录后在“纪律条文”签收。"
        if facts.clauses == REQUIRED:
            return said(facts, "clauses", Answer.REFUSE, text)
        return said(facts, "clauses", Answer.ALLOW, text, Ask.LOOK)
    return said(facts, "clauses", Answer.ALLOW, "主办人、协办人均已签收现行纪律条文。")


def trained(facts: Facts) -> RuleSaid:
    """HN-48: a lead inspector without a training of this campaign is pointed out, not stopped."""
    if facts.untrained:
        text = f"主办人{facts.untrained}没有本行动的培训记录，请先安排培训并登记。"
        return said(facts, "trained", Answer.ALLOW, text, Ask.LOOK)
    text = "主办人已参加本行动的培训。" if facts.training_asked else "本方案没有规定培训。"
    return said(facts, "trained", Answer.ALLOW, text)


def expert(facts: Facts) -> RuleSaid:
    if not facts.expert:
        return said(facts, "expert", Answer.ALLOW, "未配专家。")
    if facts.expert_may_advise:
        return said(facts, "expert", Answer.ALLOW, f"配备专家{facts.expert}，专家没有执法权，不计入两名执法人员。")
    return said(facts, "expert", Answer.REFUSE, f"{facts.expert}不是本辖区登记的专家。")
