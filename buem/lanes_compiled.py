"""The vectors of `lanes` in compiled functions: a type of numba, its arithmetic and its way to memory and back."""

from __future__ import annotations

import operator
from types import ModuleType
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.datamodel.registry import register_default
from numba.core.imputils import lower_builtin
from numba.core.typing import signature
from numba.core.typing.templates import ConcreteTemplate, infer_global
from numba.extending import intrinsic, overload

_BINARY = {operator.add: "fadd", operator.sub: "fsub", operator.mul: "fmul", operator.truediv: "fdiv"}
_COMPARED = {operator.lt: "<", operator.le: "<=", operator.gt: ">", operator.ge: ">=", operator.eq: "=="}
_JOINED = {operator.and_: "and_", operator.or_: "or_"}


class Vector(types.Type):
    """Numbers of the lanes."""

    def __init__(self) -> None:
        super().__init__(name="Vector")


class Mask(types.Type):
    """Yes or no of the lanes."""

    def __init__(self) -> None:
        super().__init__(name="Mask")


vector, mask = Vector(), Mask()


def register(lanes: ModuleType, where: Any) -> None:
    """Make vectors known to numba.

    Parameters
    ----------
    lanes : module
        `buem.lanes`, whose functions get a compiled form.
    where : callable
        Choice between two values, `compiled.where`.
    """
    width = lanes.WIDTH
    doubles, truths = ir.VectorType(ir.DoubleType(), width), ir.VectorType(ir.IntType(1), width)
    _register_models(doubles, truths)
    _register_arithmetic(width)
    _overload_memory(lanes, doubles, width)
    _overload_spread(lanes, width)
    _overload_functions(lanes, where, width)
    _overload_guesses(lanes, ir.VectorType(ir.IntType(64), width), doubles)


def _register_models(doubles: ir.Type, truths: ir.Type) -> None:
    for of, form in ((Vector, doubles), (Mask, truths)):
        def model(dmm: Any, fe_type: Any, form: ir.Type = form) -> Any:
            return models.PrimitiveModel(dmm, fe_type, form)

        register_default(of)(model)


def _splat(builder: Any, value: Any, width: int) -> Any:
    """A number in all lanes; a vector as it is."""
    if isinstance(value.type, ir.VectorType):
        return value
    form = ir.VectorType(value.type, width)
    first = builder.insert_element(ir.Constant(form, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    order = ir.Constant(ir.VectorType(ir.IntType(32), width), [0] * width)
    return builder.shuffle_vector(first, ir.Constant(form, ir.Undefined), order)


def _pairs(result: Any) -> list[Any]:
    number = types.float64
    return [signature(result, a, b) for a, b in ((vector, vector), (vector, number), (number, vector))]


def _know(function: Any, signatures: list[Any], make: Any) -> None:
    """Type and code of a builtin for vectors."""
    template = type("VectorTemplate", (ConcreteTemplate,), {"cases": signatures})
    infer_global(function)(template)
    for one in signatures:
        lower_builtin(function, *one.args)(make)


def _register_arithmetic(width: int) -> None:
    for function, name in _BINARY.items():
        def binary(context: Any, builder: Any, sig: Any, args: Any, name: str = name) -> Any:
            return getattr(builder, name)(*(_splat(builder, a, width) for a in args))

        _know(function, _pairs(vector), binary)
    for function, sign in _COMPARED.items():
        def compared(context: Any, builder: Any, sig: Any, args: Any, sign: str = sign) -> Any:
            return builder.fcmp_ordered(sign, *(_splat(builder, a, width) for a in args))

        _know(function, _pairs(mask), compared)
    for function, name in _JOINED.items():
        def joined(context: Any, builder: Any, sig: Any, args: Any, name: str = name) -> Any:
            return getattr(builder, name)(*args)

        _know(function, [signature(mask, mask, mask)], joined)

    def negative(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.fneg(args[0])

    def absolute(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _call(builder, "llvm.fabs", args[0])

    _know(operator.neg, [signature(vector, vector)], negative)
    _know(abs, [signature(vector, vector)], absolute)


def _call(builder: Any, name: str, value: Any) -> Any:
    form = ir.FunctionType(value.type, [value.type])
    function = cgutils.get_or_insert_function(builder.module, form, f"{name}.v{value.type.count}f64")
    return builder.call(function, [value])


def _place(context: Any, builder: Any, array: Any, given: Any, doubles: ir.Type) -> Any:
    data = context.make_array(array)(context, builder, given[0]).data
    return builder.bitcast(builder.gep(data, [given[1]]), doubles.as_pointer())


def _overload_memory(lanes: ModuleType, doubles: ir.Type, width: int) -> None:
    @intrinsic  # type: ignore[untyped-decorator]
    def load(typing: Any, workspace: Any, row: Any) -> Any:
        def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return builder.load(_place(context, builder, sig.args[0], args, doubles), align=8)

        return vector(workspace, types.intp), make

    @intrinsic  # type: ignore[untyped-decorator]
    def store(typing: Any, workspace: Any, row: Any, values: Any) -> Any:
        def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            place = _place(context, builder, sig.args[0], args, doubles)
            builder.store(args[2], place, align=8)
            return context.get_dummy_value()

        return types.none(workspace, types.intp, vector), make

    @overload(lanes.get, inline="always")
    def _get(workspace, row):  # type: ignore[no-untyped-def]
        return lambda workspace, row: load(workspace, row)

    @overload(lanes.put, inline="always")
    def _put(workspace, row, values):  # type: ignore[no-untyped-def]
        return lambda workspace, row, values: store(workspace, row, values)


def _overload_spread(lanes: ModuleType, width: int) -> None:
    @intrinsic  # type: ignore[untyped-decorator]
    def without_owner(typing: Any, array: Any) -> Any:
        def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            view = context.make_array(sig.args[0])(context, builder, args[0])
            view.meminfo = cgutils.get_null_value(view.meminfo.type)
            view.parent = cgutils.get_null_value(view.parent.type)
            return view._getvalue()

        return array(array), make

    @intrinsic  # type: ignore[untyped-decorator]
    def splat(typing: Any, value: Any) -> Any:
        def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return _splat(builder, args[0], width)

        return vector(types.float64), make

    @overload(lanes.borrowed)
    def _borrowed(array):  # type: ignore[no-untyped-def]
        return lambda array: without_owner(array)

    @overload(lanes.spread)
    def _spread(value):  # type: ignore[no-untyped-def]
        return lambda value: splat(value)


def _overload_functions(lanes: ModuleType, where: Any, width: int) -> None:
    @intrinsic  # type: ignore[untyped-decorator]
    def choose(typing: Any, condition: Any, yes: Any, no: Any) -> Any:
        def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return builder.select(args[0], *(_splat(builder, a, width) for a in args[1:]))

        if yes is mask:
            return mask(mask, mask, mask), make
        taken = [a if a is vector else types.float64 for a in (yes, no)]
        return vector(mask, *taken), make

    @intrinsic  # type: ignore[untyped-decorator]
    def square_root(typing: Any, x: Any) -> Any:
        def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return _call(builder, "llvm.sqrt", args[0])

        return vector(vector), make

    @overload(where)
    def _where(condition, yes, no):  # type: ignore[no-untyped-def]
        if condition is mask:
            return lambda condition, yes, no: choose(condition, yes, no)
        return None

    @overload(lanes.root)
    def _root(x):  # type: ignore[no-untyped-def]
        return (lambda x: square_root(x)) if x is vector else (lambda x: x ** 0.5)


def _overload_guesses(lanes: ModuleType, whole: ir.Type, doubles: ir.Type) -> None:
    def guess(bits_less: int, further: tuple[int, ...]) -> Any:
        @intrinsic  # type: ignore[untyped-decorator]
        def made(typing: Any, x: Any) -> Any:
            def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
                def many(value: int) -> Any:
                    return ir.Constant(whole, [value] * whole.count)

                bits = builder.ashr(builder.bitcast(args[0], whole), many(2))
                for shift in further:
                    bits = builder.add(bits, builder.ashr(bits, many(shift)))
                return builder.bitcast(builder.sub(many(bits_less), bits), doubles)

            return vector(vector), make

        return made

    inverse_third, inverse_fourth = guess(lanes.THIRD, (2, 4, 8)), guess(lanes.FOURTH, ())

    @overload(lanes.inverse_third_guess)
    def _third(x):  # type: ignore[no-untyped-def]
        return lambda x: inverse_third(x)

    @overload(lanes.inverse_fourth_guess)
    def _fourth(x):  # type: ignore[no-untyped-def]
        return lambda x: inverse_fourth(x)
