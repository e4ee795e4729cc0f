"""What is open to see of points, a member's own pages, and rounds 创先争优.

Source: rights.md, "points … see in scope".
"""

from __future__ import annotations

from accounts.rights.roles import Rights, Routes

RIGHTS: Rights = {}

ROUTES: Routes = {}
