"""All checks of an installation, one after the other."""

from collections.abc import Callable, Iterable

from dothi.core.errors import DothiError
from dothi.core.text import Text
from dothi.local.doctor.certificate import check_certificates
from dothi.local.doctor.database import check_database
from dothi.local.doctor.findings import Examination, Finding, fault
from dothi.local.doctor.front import check_front
from dothi.local.doctor.instance import check_ports, check_rights, check_supervisor, check_user
from dothi.local.doctor.machine import (
    check_clock,
    check_disks,
    check_fonts,
    check_libraries,
    check_packages,
    check_temporary_folder,
    check_walls,
)
from dothi.local.doctor.mail import check_mail
from dothi.local.doctor.standby import check_standby
from dothi.local.standby.record import follows_primary

CHECKS: dict[str, Callable[[], Iterable[Finding]]] = {
    'disk': check_disks,
    'temporary folder': check_temporary_folder,
    'clock': check_clock,
    'packages': check_packages,
    'libraries': check_libraries,
    'fonts': check_fonts,
    'closed room': check_walls,
    'rights': check_rights,
    'user': check_user,
    'database': check_database,
    'standby': check_standby,
    'ports': check_ports,
    'supervisor': check_supervisor,
    'certificate': check_certificates,
    'nginx': check_front,
    'mail': check_mail,
}


# What a standby does not have before it is promoted.
OF_PRIMARY = {'ports'}


def examine() -> Examination:
    """The findings of all checks; one that cannot be made is a fault itself, and the others are made all the same."""
    findings: list[Finding] = []
    is_standby = follows_primary()
    for subject, check in CHECKS.items():
        if is_standby and subject in OF_PRIMARY:
            continue
        try:
            findings += check()
        except (DothiError, OSError) as error:
            text = error.text if isinstance(error, DothiError) else Text(vi=str(error), en=str(error))
            advice = Text(
                vi='Chạy bằng người dùng của các dịch vụ, hoặc root.', en='Run it as the user of the services, or root.'
            )
            findings.append(fault(subject, Text(vi=text.vi, en=text.en), advice))
    return Examination(findings=findings)
