"""JSON Schema 2020-12 of a spec, from the same shapes that read it: for completion and checks in an editor."""

import inspect
from collections.abc import Mapping
from typing import Any

from ipabs.spec.codec import Choice, Either, Many, Scalar, Shape
from ipabs.spec.records import ByKind, ByVerb, Entry, Keyed, Record

Json = dict[str, Any]


def json_schema(shape: Shape, title: str) -> Json:
    """The schema of `shape`, with every record under ``$defs``."""
    definitions: Json = {}
    root = _schema(shape, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **root,
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


def _schema(shape: Shape, definitions: Json) -> Json:
    match shape:
        case Scalar(unit):
            return {"title": unit.name, **{key: _plain(value) for key, value in unit.json.items()}}
        case Choice(words):
            return {"enum": list(words)}
        case Many():
            return _list(shape, definitions)
        case Keyed(item=item, required=required):
            entries = {"type": "object", "additionalProperties": _schema(item, definitions)}
            return entries | ({"minProperties": 1} if required else {})
        case Record():
            return _record(shape, definitions)
        case ByVerb(verbs):
            return {"anyOf": [_record(record, definitions) for record in verbs.values()]}
        case ByKind(kinds):
            return {"oneOf": [_record(record, definitions) for record in kinds.values()]}
        case Either():
            return _either(shape, definitions)
        case _:
            raise TypeError(f"{shape!r} has no schema")


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _list(shape: Many, definitions: Json) -> Json:
    items = [_schema(item, definitions) for item in shape.items]
    if shape.length is not None:
        sized: Json = {"type": "array", "prefixItems": items, "minItems": shape.length, "maxItems": shape.length}
        return {"anyOf": [items[0], sized]} if shape.length == 1 else sized
    listed: Json = {"type": "array", "items": items[0]} | ({"minItems": 1} if shape.required else {})
    return {"anyOf": [items[0], listed]}


def _either(shape: Either, definitions: Json) -> Json:
    options = [_schema(option, definitions) for option in shape.options()]
    options += [{"type": "null"}] if shape.none else []
    return options[0] if len(options) == 1 else {"anyOf": options}


def _record(record: Record, definitions: Json) -> Json:
    name = definition_name(record)
    if name not in definitions:
        definitions[name] = {}
        definitions[name] = _table(record, definitions)
    return {"$ref": f"#/$defs/{name}"}


def definition_name(record: Record) -> str:
    """The record's name, told apart from the same record with its name inside the table."""
    return f"{record.cls.__name__}Entry" if record.without else record.cls.__name__


def _table(record: Record, definitions: Json) -> Json:
    properties: Json = {"kind": {"const": record.kind, "description": about(record)}} if record.kind else {}
    properties |= {key: _property(entry, definitions) for key, entry in record.entries.items()}
    needed = ["kind"] * bool(record.kind) + [key for key, entry in record.entries.items() if entry.required]
    table: Json = {
        "title": record.cls.__name__,
        "description": about(record),
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "required": needed,
    }
    return {"anyOf": [_short(record, definitions), table]} if record.short else table


def _short(record: Record, definitions: Json) -> Json:
    entry: Mapping[str, Entry] = record.entries
    return _schema(entry[record.short].shape, definitions)


def _property(entry: Entry, definitions: Json) -> Json:
    said = entry.about or about(entry.shape)
    return _schema(entry.shape, definitions) | ({"description": said} if said else {})


def about(shape: Shape | None) -> str:
    """What a field without words of its own holds: the first line about its record, or the kinds to choose from."""
    match shape:
        case Record():
            return (inspect.getdoc(shape.cls) or "").partition("\n")[0]
        case Keyed():
            return about(shape.item)
        case ByKind():
            return f"one of the kinds {', '.join(shape.kinds)}"
        case Many():
            return about(shape.items[0])
        case Either():
            return about(shape.table) or about(shape.many)
    return ""
