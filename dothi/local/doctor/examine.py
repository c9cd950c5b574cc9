"""All checks of an installation, one after the other."""

from collections.abc import Callable, Iterable

from dothi.core.errors import DothiError
from dothi.core.text import Text
from dothi.local.doctor.certificate import check_certificates
from dothi.local.doctor.database import check_database
from dothi.local.doctor.findings import Examination, Finding, fault
from dothi.local.doctor.instance import check_ports, check_rights, check_supervisor
from dothi.local.doctor.machine import (
    check_clock,
    check_disks,
    check_fonts,
    check_libraries,
    check_packages,
    check_walls,
)

CHECKS: dict[str, Callable[[], Iterable[Finding]]] = {
    'disk': check_disks,
    'clock': check_clock,
    'packages': check_packages,
    'libraries': check_libraries,
    'fonts': check_fonts,
    'closed room': check_walls,
    'rights': check_rights,
    'database': check_database,
    'ports': check_ports,
    'supervisor': check_supervisor,
    'certificate': check_certificates,
}


def examine() -> Examination:
    """The findings of all checks; one that cannot be made is a fault itself, and the others are made all the same."""
    findings: list[Finding] = []
    for subject, check in CHECKS.items():
        try:
            findings += check()
        except (DothiError, OSError) as error:
            text = error.text if isinstance(error, DothiError) else Text(vi=str(error), en=str(error))
            advice = Text(
                vi='Chạy bằng người dùng của các dịch vụ, hoặc root.', en='Run it as the user of the services, or root.'
            )
            findings.append(fault(subject, Text(vi=text.vi, en=text.en), advice))
    return Examination(findings=findings)
