"""What the trail calls a command, in words people use. tests/architecture/test_actions.py finds any that is missing."""

ACTIONS = {
    "accounts.calendar": "更正工作日历",
    "accounts.certificate.add": "登记执法证",
    "accounts.grant.give": "授予角色",
    "accounts.grant.revoke": "收回角色",
    "accounts.person.change_password": "修改密码",
    "accounts.person.close": "停用账号",
    "accounts.person.create": "建立账号",
    "accounts.person.open": "恢复账号",
    "accounts.person.reset_password": "重置密码",
    "accounts.unit.create": "新增机构",
    "accounts.unit.edit": "修改机构",
    "accounts.unit.move": "调整机构隶属",
    "core.calendar.amend": "更正工作日历",
    "core.notice.read": "阅读消息",
    "core.notice.read_all": "全部消息标为已读",
    "core.obligation.waive": "免除待办事项",
    "reporting.countyconfirmation.confirm": "确认周报数字",
    "reporting.handover": "移交工作",
    "reporting.reportperiod.freeze": "周报封账",
    "reporting.reportperiod.remind": "催报周报",
    "reporting.summary.make": "生成周报汇总",
    "reporting.unitreport.accept": "接收周报",
    "reporting.unitreport.correct": "报送周报更正版",
    "reporting.unitreport.recall": "撤回周报",
    "reporting.unitreport.return": "退回周报更正",
    "reporting.unitreport.save": "保存周报草稿",
    "reporting.unitreport.send": "报送周报",
}


def said(action: str) -> str:
    """The Chinese name of a command; an unknown one says its own code."""
    return ACTIONS.get(action, action)
