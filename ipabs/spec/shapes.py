"""Type hints of frozen dataclasses → the shapes their values have in files."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from functools import cache, partial
from itertools import chain
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from ipabs.basics.units import UNIT_OF_TYPE, Key, Unit
from ipabs.spec.codec import Choice, Either, Many, Scalar, Shape
from ipabs.spec.records import ByKind, ByVerb, Entry, Keyed, Record

Kinds = tuple[tuple[type, tuple[type, ...]], ...]


def shape_of(hint: Any, kinds: Kinds = ()) -> Shape:
    """The shape of a type hint.

    Understood: ``str, bool, int, float, date``, ``Annotated[…, Unit]``, ``Literal``, frozen dataclasses, ``X | None``,
    unions, ``tuple[X, ...]`` and ``tuple[X, Y]``, and Protocols whose records stand in `kinds`.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        unit = next((note for note in hint.__metadata__ if isinstance(note, Unit)), None)
        return Scalar(unit) if unit else shape_of(arguments[0], kinds)
    if hint in UNIT_OF_TYPE:
        return Scalar(UNIT_OF_TYPE[hint])
    if origin is Literal:
        return Choice(arguments)
    if origin in (Union, UnionType):
        return _union(arguments, kinds)
    if origin is tuple:
        return _list(arguments, kinds)
    table = _table((hint,), kinds)
    if table is None:
        raise TypeError(f"{hint!r} has no form in files; a spec field is a unit, a word, a record or a tuple of these")
    return table


def _union(options: tuple[Any, ...], kinds: Kinds) -> Shape:
    rest = [option for option in options if option is not NoneType and not _is_record(option)]
    shapes = [shape_of(option, kinds) for option in rest]
    words = tuple(chain.from_iterable(shape.words for shape in shapes if isinstance(shape, Choice)))
    scalars = [shape for shape in shapes if isinstance(shape, Scalar)]
    many = [shape for shape in shapes if isinstance(shape, Many | Keyed)]
    table = _table(tuple(option for option in options if _is_record(option)), kinds)
    if len(scalars) > 1 or len(many) > 1:
        raise TypeError(f"{options!r}: a file cannot tell two values or two lists apart")
    if table and len(options) == sum(map(_is_record, options)):
        return table
    return Either(
        none=NoneType in options,
        choice=Choice(words) if words else None,
        scalar=scalars[0] if scalars else None,
        table=table,
        many=many[0] if many else None,
    )


def _list(arguments: tuple[Any, ...], kinds: Kinds) -> Shape:
    if len(arguments) != 2 or arguments[1] is not Ellipsis:
        return Many(tuple(shape_of(argument, kinds) for argument in arguments), length=len(arguments))
    options = get_args(arguments[0]) if get_origin(arguments[0]) in (Union, UnionType) else (arguments[0],)
    classes = _classes(options, kinds) if all(map(_is_record, options)) else ()
    keyed = {getattr(cls, "KEYED", "") for cls in classes}
    if not any(keyed):
        return Many((shape_of(arguments[0], kinds),))
    if len(keyed) > 1:
        raise TypeError(f"{arguments[0]!r}: all its records name the same field as KEYED")
    (name,) = keyed
    item = _table(options, kinds, without=name)
    if isinstance(item, Record | ByKind):
        return Keyed(item, name, shape_of(get_type_hints(classes[0], include_extras=True)[name], kinds))
    raise TypeError(f"{arguments[0]!r}: records with KEYED are told apart by KIND")


def _is_open_set(hint: Any) -> bool:
    return bool(getattr(hint, "_is_protocol", False))  # typing.is_protocol from Python 3.13


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and (is_dataclass(hint) or _is_open_set(hint))


def _classes(options: tuple[Any, ...], kinds: Kinds) -> tuple[type, ...]:
    """The records among `options`, a Protocol replaced by the records of its open set."""
    known = dict(kinds)
    for option in options:
        if _is_open_set(option) and option not in known:
            raise TypeError(f"{option.__name__} is an open set; name its records in kinds={{{option.__name__}: (…)}}")
    return tuple(chain.from_iterable(known.get(option, (option,)) for option in options))


def _table(options: tuple[Any, ...], kinds: Kinds, without: str = "") -> Record | ByVerb | ByKind | None:
    if not options or not all(map(_is_record, options)):
        return None
    classes = _classes(options, kinds)
    records = [record_of(cls, kinds, without) for cls in classes]
    if all(record.kind for record in records):
        return ByKind(MappingProxyType({record.kind: record for record in records}))
    if len(records) == 1:
        return records[0]
    return ByVerb(MappingProxyType({_first_key(cls): record for cls, record in zip(classes, records, strict=True)}))


@cache
def record_of(cls: type, kinds: Kinds = (), without: str = "") -> Record:
    """The table that stands for a frozen dataclass, without the field that its key in a table of names gives."""
    short = getattr(cls, "SHORT", "")
    hints = get_type_hints(cls, include_extras=True)
    return Record(
        cls,
        cache(partial(_entries, cls, kinds, without)),
        kind=getattr(cls, "KIND", ""),
        short=_key(hints[short], short) if short else "",
        without=without,
    )


def _entries(cls: Any, kinds: Kinds, without: str) -> Mapping[str, Entry]:
    hints = get_type_hints(cls, include_extras=True)
    return MappingProxyType(
        {
            _key(hints[field.name], field.name): _entry(field, hints[field.name], kinds)
            for field in fields(cls)
            if field.name != without and field.init
        }
    )


def _entry(field: "Field[Any]", hint: Any, kinds: Kinds) -> Entry:
    default = field.default_factory() if field.default_factory is not MISSING else field.default
    required = default is MISSING
    shape = shape_of(hint, kinds)
    if required and isinstance(shape, Many | Keyed):
        shape = replace(shape, required=True)
    about = next((note for note in _notes(hint) if type(note) is str), "")
    return Entry(
        key=_key(hint, field.name), name=field.name, shape=shape, required=required, default=default, about=about
    )


def _notes(hint: Any) -> tuple[object, ...]:
    return tuple(hint.__metadata__) if get_origin(hint) is Annotated else ()


def _key(hint: Any, name: str) -> str:
    return next((str(note) for note in _notes(hint) if isinstance(note, Key)), name)


def _first_key(cls: Any) -> str:
    """The verb: the key of the record's first field."""
    first = fields(cls)[0]
    if first.default is not MISSING or first.default_factory is not MISSING:
        raise TypeError(f"{cls.__name__}.{first.name} tells the record apart, so it has no default")
    return _key(get_type_hints(cls, include_extras=True)[first.name], first.name)
