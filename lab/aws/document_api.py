"""SSM's actions on documents, which MiniStack has not."""

import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import ssm

from lab.aws import documents, run_command
from lab.aws.documents import DocumentError, Step
from lab.aws.settings import ACCOUNT
from lab.aws.store import Answer, Record

Data = dict[str, Any]
Handle = Callable[[Data], Data]

_documents = AccountRegionScopedDict()


def install() -> None:
    """Answer these actions, and keep documents with SSM's other state."""
    others = ssm.handle_request
    actions: dict[str, Handle] = {
        "CreateDocument": create,
        "DeleteDocument": delete,
        "DescribeDocument": describe,
        "GetDocument": get,
        "ListDocuments": list_all,
        "UpdateDocument": update,
        "UpdateDocumentDefaultVersion": set_default,
    }

    async def handle(method: str, path: str, headers: Data, body: bytes, query: Data) -> Answer:
        action = headers.get("x-amz-target", "").partition(".")[2]
        answer: Answer
        if action == "ListCommandInvocations":
            answer = run_command.invocations(json.loads(body))
        elif action in actions:
            try:
                answer = ssm.json_response(actions[action](json.loads(body)))
            except DocumentError as error:
                answer = ssm.error_response_json(error.code, error.message, 400)
        else:
            answer = await others(method, path, headers, body, query)
        return answer

    ssm.handle_request = handle
    get_state, restore = ssm.get_state, ssm.load_persisted_state
    ssm.get_state = lambda: {**get_state(), "documents": copy.deepcopy(_documents)}

    def load(data: Data) -> None:
        _documents.update(data.get("documents") or {})
        restore(data)

    ssm.load_persisted_state = load


def plan(data: Data) -> list[Step]:
    """Return what a SendCommand runs."""
    name = data.get("DocumentName", "").rpartition("/")[2]
    if name == "AWS-RunShellScript":
        return documents.steps(documents.RUN_SHELL_SCRIPT, data.get("Parameters") or {})
    record = _found(name)
    version = data.get("DocumentVersion") or "$DEFAULT"
    content = _content(record, version)
    parsed = documents.parse(content, record["DocumentFormat"])
    return documents.steps(parsed, data.get("Parameters") or {})


def create(data: Data) -> Data:
    """CreateDocument, of Command type."""
    name = data["Name"]
    if name in _documents:
        raise DocumentError(
            "DocumentAlreadyExists", f"The specified document already exists: {name}"
        )
    if data.get("DocumentType", "Command") != "Command":
        raise DocumentError("InvalidDocumentContent", "the lab has documents of type Command only")
    form = data.get("DocumentFormat", "JSON")
    documents.parse(data["Content"], form)
    record = {
        "Name": name,
        "DocumentFormat": form,
        "DocumentType": "Command",
        "Contents": [data["Content"]],
        "DefaultVersion": 1,
        "CreatedDate": ssm._now_epoch(),
        "Tags": data.get("Tags", []),
    }
    _documents[name] = record
    return {"DocumentDescription": _description(record)}


def update(data: Data) -> Data:
    """UpdateDocument: a new version."""
    record = _found(data["Name"])
    documents.parse(data["Content"], data.get("DocumentFormat") or record["DocumentFormat"])
    if data["Content"] in record["Contents"][-1:]:
        text = "The content of the association document matches another document."
        raise DocumentError("DuplicateDocumentContent", text)
    record["Contents"].append(data["Content"])
    return {"DocumentDescription": _description(record)}


def set_default(data: Data) -> Data:
    """UpdateDocumentDefaultVersion."""
    record = _found(data["Name"])
    _content(record, data["DocumentVersion"])
    record["DefaultVersion"] = int(data["DocumentVersion"])
    default = {"Name": record["Name"], "DefaultVersion": data["DocumentVersion"]}
    return {"Description": default}


def describe(data: Data) -> Data:
    """DescribeDocument."""
    return {"Document": _description(_found(data["Name"]))}


def get(data: Data) -> Data:
    """GetDocument."""
    record = _found(data["Name"])
    version = data.get("DocumentVersion") or "$DEFAULT"
    return {
        "Name": record["Name"],
        "Content": _content(record, version),
        "DocumentFormat": record["DocumentFormat"],
        "DocumentType": "Command",
        "DocumentVersion": str(_number(record, version)),
        "Status": "Active",
    }


def delete(data: Data) -> Data:
    """DeleteDocument."""
    _documents.pop(_found(data["Name"])["Name"])
    return {}


def list_all(_: Data) -> Data:
    """ListDocuments: those of this account."""
    return {"DocumentIdentifiers": [_description(record) for record in _documents.values()]}


def _found(name: str) -> Record:
    record: Record | None = _documents.get(name)
    if record is None:
        raise DocumentError("InvalidDocument", f"Document with name {name} does not exist.")
    return record


def _number(record: Record, version: str) -> int:
    latest = len(record["Contents"])
    named = {"$DEFAULT": record["DefaultVersion"], "$LATEST": latest}
    return int(named.get(version, version))


def _content(record: Record, version: str) -> str:
    number = _number(record, version)
    if not 1 <= number <= len(record["Contents"]):
        text = f"{record['Name']} has no version {version}"
        raise DocumentError("InvalidDocumentVersion", text)
    content: str = record["Contents"][number - 1]
    return content


def _description(record: Record) -> Data:
    latest = str(len(record["Contents"]))
    content = _content(record, "$LATEST")
    declared = documents.parse(content, record["DocumentFormat"]).get("parameters", {})
    return {
        "Name": record["Name"],
        "Owner": ACCOUNT,
        "Status": "Active",
        "Hash": hashlib.sha256(content.encode()).hexdigest(),
        "HashType": "Sha256",
        "CreatedDate": record["CreatedDate"],
        "DocumentFormat": record["DocumentFormat"],
        "DocumentType": "Command",
        "DocumentVersion": latest,
        "LatestVersion": latest,
        "DefaultVersion": str(record["DefaultVersion"]),
        "SchemaVersion": "2.2",
        "PlatformTypes": ["Linux"],
        "Parameters": [
            {"Name": name, "Type": kind["type"], "Description": kind.get("description", "")}
            for name, kind in declared.items()
        ],
        "Tags": record["Tags"],
    }
