#!/usr/bin/env python
"""Django's command line. The servers must run; a message says how when they do not."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from governance.embedded import hints

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if (hint := hints.for_database(error)) is None:
            raise
        sys.exit(hint)


if __name__ == "__main__":
    main()
