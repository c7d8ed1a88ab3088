"""The one-time notice (一次性告知): everything found, in one paper, made from the findings and from nothing else."""

from collections.abc import Mapping, Sequence

from inspections.rules.findings import BASES, NATURES, Finding

NOTHING = "本次检查未发现需要整改的生态环境问题。"


def notice_text(findings: Sequence[Finding], handlings: Mapping[int, str]) -> str:
    """Numbered paragraphs; `handlings` are the adopted list's names by number."""
    if not findings:
        return NOTHING
    head = f"经现场检查，发现你单位存在以下 {len(findings)} 个问题，现一次性告知："
    return "\n".join([head, *(paragraph(n, one, handlings) for n, one in enumerate(findings, 1))])


def paragraph(number: int, finding: Finding, handlings: Mapping[int, str]) -> str:
    basis = f"{BASES.get(finding.basis_kind, '')} {finding.basis_text}".strip()
    handling = handlings.get(finding.handling or 0, "")
    parts = [
        f"{number}．（{NATURES.get(finding.nature, '')}）{finding.description}。",
        f"依据：{basis}。" if basis else "",
        f"拟采取的措施：{'，'.join(part for part in (handling, finding.proposal) if part)}。" if handling else "",
        f"整改要求：{finding.demand.rstrip('。')}{deadline(finding)}。",
    ]
    return "".join(parts)


def deadline(finding: Finding) -> str:
    on = finding.deadline_on
    return f"，于 {on.year} 年 {on.month} 月 {on.day} 日前完成" if on else ""
