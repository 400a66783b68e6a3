"""The shop service traced by SkyWalking's agent for Python (sw8): HTTP by its plugins, the stock's span by hand.

SHOP_ENDPOINT: host:port; SHOP_PROTOCOL: grpc, http.
"""
import contextlib
import logging
import time

from skywalking import Component, Layer, agent, config
from skywalking.trace.context import get_context
from skywalking.trace.tags import Tag, TagDbInstance, TagDbStatement, TagDbType

from shop_service import DATABASE, ENDPOINT, PROTOCOL, SERVICE, STATEMENT, STOCK_ATTRIBUTES, OutOfStock


class StockTag(Tag):
    overridable = True

    def __init__(self, key, value):
        super().__init__(value)
        self.key = key


class Tracing:
    @contextlib.contextmanager
    def server(self, name, headers):
        yield str(get_context().active_span.context.segment.related_traces[0])

    @contextlib.contextmanager
    def client(self, name, url):
        yield {}

    def query_stock(self, error):
        logging.getLogger("shop").warning("out of stock")
        with contextlib.suppress(OutOfStock):
            with get_context().new_local_span("query-stock") as span:
                for key, value in STOCK_ATTRIBUTES.items():
                    span.tag(StockTag(key, str(value).lower() if isinstance(value, bool) else str(value)))
                raise error

    def query_database(self, seconds):
        with get_context().new_exit_span("SELECT orders", f"{DATABASE}:5432", component=Component.Psycopg) as span:
            span.layer = Layer.Database
            for tag in (TagDbType("PostgreSQL"), TagDbInstance(DATABASE), TagDbStatement(STATEMENT)):
                span.tag(tag)
            time.sleep(seconds)

    def close(self):
        pass  # The agent sends what it holds when the program ends.


def start():
    logging.getLogger("shop").addHandler(logging.NullHandler())
    logging.getLogger("shop").propagate = False
    config.init(agent_collector_backend_services=ENDPOINT, agent_protocol=PROTOCOL, agent_name=SERVICE,
                agent_instance_name=f"{SERVICE}-1", agent_logging_level="WARNING",
                agent_collector_heartbeat_period=1, agent_meter_reporter_period=1,
                # It warns that HTTP has neither.
                agent_profile_active=PROTOCOL == "grpc", agent_meter_reporter_active=PROTOCOL == "grpc")
    agent.start()
    return Tracing()
