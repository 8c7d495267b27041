"""What docs/powerschool.md knows a path of, but no shape: it is answered as any path is that is not there."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("method", "path", "neighbour", "status"),
    [
        ("GET", "/ws/v1/student/431/gpa", "/ws/v1/student/431/nothing", 404),
        ("GET", "/ws/v1/student/431/test", "/ws/v1/student/431/nothing", 404),
        ("GET", "/ws/xte/grade_scale/scales/1,2", "/ws/xte/nothing/here/1,2", 404),
        ("GET", "/ws/powerqueryaccesslist", "/ws/nothing", 404),
        ("POST", "/ws/schema/table/u_bus_routes/massupdatebycriteria", "/ws/schema/table/u_bus_routes/nothing", 405),
        ("POST", "/ws/schema/table/students/massupdatebycriteria", "/ws/schema/table/students/nothing", 403),
        *[
            (method, f"/ws/schema/table/{table}", "/ws/schema/table/nothing", 404)
            for table in ("storedgrades", "spenrollments", "transportation")
            for method in ("GET", "POST")
        ],
    ],
)
def test_a_path_without_a_known_shape(caller, method, path, neighbour, status):
    found, other = caller.get(path, method), caller.get(neighbour, method)
    assert found.status == other.status == status
    assert found.body == other.body
