"""The client of OpenCTI's own connectors before a local RabbitMQ: a helper that was not registered anywhere. Its announcement of
expectations costs nothing here."""

from types import SimpleNamespace
from unittest.mock import MagicMock

from pycti import OpenCTIConnectorHelper


def quiet(*arguments):
    return None


def open_helper(port, exchange, routing_key):
    connection = {"host": "127.0.0.1", "port": int(port), "vhost": "/", "use_ssl": False, "user": "guest", "pass": "guest"}
    helper = OpenCTIConnectorHelper.__new__(OpenCTIConnectorHelper)
    for name, value in {
        "work_id": "work_bench",
        "validation_mode": "workbench",
        "draft_id": None,
        "force_validation": False,
        "connect_validate_before_import": False,
        "enrichment_shared_organizations": None,
        "playbook": None,
        "bundle_send_to_queue": True,
        "bundle_send_to_directory": False,
        "bundle_send_to_directory_path": None,
        "bundle_send_to_directory_retention": 0,
        "bundle_send_to_s3": False,
        "bundle_send_to_s3_bucket": None,
        "queue_protocol": "amqp",
        "connect_name": "bench",
        "applicant_id": "88ec0c6a-13ce-5e39-b486-354fe4a7084f",
        "connector_config": {"connection": connection, "push_exchange": exchange, "push_routing": routing_key},
        "connector_info": SimpleNamespace(buffering=False),
        "connector_logger": SimpleNamespace(info=quiet, debug=quiet, warning=quiet, error=quiet),
        "metric": SimpleNamespace(inc=quiet),
        "api": MagicMock(),
    }.items():
        object.__setattr__(helper, name, value)
    return helper
