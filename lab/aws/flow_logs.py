"""Flow logs, as they were asked for."""

from ministack.services import ec2

from lab.aws import store
from lab.aws.lifecycle import RefusedError
from lab.aws.markup import Value, tag_set
from lab.aws.store import Answer, Params, Record

FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} "
    "${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
)


def install() -> None:
    """Take over from MiniStack, which drops what is not in its record."""
    store.install({"CreateFlowLogs": create, "DescribeFlowLogs": describe})


def create(params: Params) -> Answer:
    """CreateFlowLogs: one of a kind for a resource and destination."""
    made = []
    destination = store.text(params, "LogDestination") or store.text(params, "LogGroupName")
    for resource in store.members(params, "ResourceId"):
        wanted = (resource, store.text(params, "TrafficType", "ALL"), destination)
        if wanted in {_key(record) for record in ec2._flow_logs.values()}:
            text = "There is an existing Flow Log with the same configuration and log destination."
            raise RefusedError("FlowLogAlreadyExists", text)
        name = f"fl-{ec2._new_volume_id().partition('-')[2]}"
        ec2._flow_logs[name] = {
            "FlowLogId": name,
            "ResourceId": resource,
            "TrafficType": wanted[1],
            "LogDestinationType": store.text(params, "LogDestinationType", "cloud-watch-logs"),
            "LogDestination": destination,
            "LogFormat": store.text(params, "LogFormat") or FORMAT,
            "MaxAggregationInterval": int(store.text(params, "MaxAggregationInterval", "600")),
            "CreationTime": ec2._now_ts(),
        }
        tags = store.specified_tags(params, "vpc-flow-log")
        if tags:
            ec2._tags[name] = tags
        made.append(name)
    return store.answer("CreateFlowLogs", {"flowLogIdSet": made, "unsuccessful": []})


def describe(params: Params) -> Answer:
    """DescribeFlowLogs."""
    asked = store.members(params, "FlowLogId")
    filters = ec2._parse_filters(params)
    shown = [
        _show(record)
        for record in ec2._flow_logs.values()
        if (not asked or record["FlowLogId"] in asked)
        and ec2._resource_matches_tag_filters(record["FlowLogId"], filters)
        and record["ResourceId"] in (filters.get("resource-id") or [record["ResourceId"]])
    ]
    return store.answer("DescribeFlowLogs", {"flowLogSet": shown})


def _key(record: Record) -> tuple[str, str, str]:
    return record["ResourceId"], record["TrafficType"], record["LogDestination"]


def _show(record: Record) -> Value:
    return {
        "creationTime": record["CreationTime"],
        "deliverLogsStatus": "SUCCESS",
        "flowLogId": record["FlowLogId"],
        "flowLogStatus": "ACTIVE",
        "logDestination": record["LogDestination"],
        "logDestinationType": record["LogDestinationType"],
        "logFormat": record["LogFormat"],
        "maxAggregationInterval": record["MaxAggregationInterval"],
        "resourceId": record["ResourceId"],
        "trafficType": record["TrafficType"],
        "tagSet": tag_set(store.tags(record["FlowLogId"])),
    }
