"""Doors of coverage and of off-site checks."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.architecture.permission_scene import REASON, TODAY, Ask, Doors, Stage, key, one


def coverage(stage: Stage) -> Doors:
    cast, rows = stage.cast, stage.rows["offsite"]
    ahead, done = key(rows["ahead"]), key(rows["done"])
    plan = {"means": "remote", "planned_on": str(TODAY), "inspector": cast.inspector_a.pk}
    project = f"{cast.site_a.name}｜二期扩建｜报告书｜源环〔2020〕9号｜2020-03-01"

    corrected = REASON | {"name": "二期", "kind": "report", "number": "号", "approved_on": "2020-03-01"}

    def said() -> dict[str, object]:
        file = SimpleUploadedFile("航拍.csv", b"x;y\n1;2\n", "text/csv")
        return {"finding": "normal", "conclusion": "未见异常", "evidence": file}

    def history() -> dict[str, object]:
        line = f"企业名称,线索类别,线索内容\n{cast.site_a.name},河南省企业环境规范化管理指导标准,示例线索\n"
        return {"campaign": stage.henan.pk, "file": SimpleUploadedFile("历史线索.csv", line.encode())}

    found = {
        "past_import": Ask(sent=history),
        "offsite_export": Ask(),
        "offsite_plan": Ask(key(stage.target("free")), sent=plan),
        "offsite_detail": Ask(ahead),
        "offsite_finish": Ask(ahead, sent=said),
        "offsite_cancel": Ask(ahead, sent=REASON),
        "offsite_evidence": Ask(done),
        "check_counts": Ask(sent={}),
        "check_counts_export": Ask(),
        "coverage_project": Ask(key(rows["project"])),
        "coverage_project_correct": Ask(key(rows["project"]), sent=corrected),
        "coverage_project_end": Ask(key(rows["project"]), sent=REASON | {"ground": "over"}),
        "coverage_projects": Ask(sent={"lines": project}),
    }
    return {f"inspections:{name}": one(ask) for name, ask in found.items()}
