"""Mutants of a module: every small change to its syntax tree, one at a time. Pure.

Comparisons, operators, conditions, numbers, words and tests are turned into others; statements,
guards and context managers are left out. Texts for people, annotations and decorators stay.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NOT_LOOKED_INTO = ("annotation", "returns", "decorator_list", "bases", "type_params")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change: in which function, what stood there, what stands there now."""

    where: str
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.where}: {self.before}  →  {self.after}"


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in a tree: which member of which node, and where in it if that is a list."""

    parent: ast.AST
    member: str
    position: int | None

    def get(self) -> ast.AST:
        value = getattr(self.parent, self.member)
        found: ast.AST = value if self.position is None else value[self.position]
        return found

    def put(self, node: ast.AST) -> None:
        if self.position is None:
            setattr(self.parent, self.member, node)
        else:
            getattr(self.parent, self.member)[self.position] = node


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module's source, in the order of the lines."""
    tree = ast.parse(source)
    for slot, where in _slots(tree, ""):
        node = slot.get()
        for other in _others(node):
            slot.put(ast.fix_missing_locations(ast.copy_location(other, node)))
            yield Mutant(where, _shown(node), _shown(other), ast.unparse(tree))
        slot.put(node)


def _slots(node: ast.AST, where: str) -> Iterator[tuple[_Slot, str]]:
    for member, value in ast.iter_fields(node):
        if member in _NOT_LOOKED_INTO:
            continue
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for position, child in children:
            if not isinstance(child, ast.AST) or _is_kept(node, child):
                continue
            inside = f"{where}.{_name(child)}".strip(".") if _name(child) else where
            yield _Slot(node, member, position), inside or "module"
            yield from _slots(child, inside)


def _others(node: ast.AST) -> Iterator[ast.AST]:
    yield from _other_expressions(node)
    yield from _other_statements(node)


def _other_expressions(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            yield from _other_comparisons(node)
        case ast.BoolOp():
            yield from _other_conditions(node)
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield node.operand
        case ast.BinOp() if type(node.op) in _COMPUTED:
            yield ast.BinOp(node.left, _COMPUTED[type(node.op)](), node.right)
        case ast.IfExp():
            yield ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        case ast.comprehension(ifs=[_, *_]):
            yield ast.comprehension(node.target, node.iter, [], node.is_async)
        case ast.Constant():
            yield from _other_constants(node.value)
        case _:
            return


def _other_comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    for at, comparison in enumerate(node.ops):
        for kind in _COMPARED[type(comparison)]:
            ops = [*node.ops[:at], kind(), *node.ops[at + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)


def _other_conditions(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
    for at in range(len(node.values)):
        rest = [*node.values[:at], *node.values[at + 1 :]]
        yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _other_constants(value: object) -> Iterator[ast.Constant]:
    match value:
        case bool():
            yield ast.Constant(not value)
        case int():
            yield ast.Constant(value + 1)
        case float():
            yield ast.Constant(value * 2)
        case str() if value and " " not in value and "\n" not in value:
            yield ast.Constant(f"{value}~")
        case bytes() if value:
            yield ast.Constant(value + b"~")
        case _:
            return


def _other_statements(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.Break():
            yield ast.Pass()
        case ast.Return(value=ast.expr() as value) if not _is_truth(value):
            yield ast.Return(ast.Constant(None))
        case ast.If() | ast.While():
            opposite = ast.UnaryOp(ast.Not(), node.test)
            if not isinstance(node.test, ast.Compare | ast.UnaryOp):
                yield type(node)(opposite, node.body, node.orelse)
        case ast.AugAssign() if type(node.op) in _COMPUTED:
            yield ast.AugAssign(node.target, _COMPUTED[type(node.op)](), node.value)
        case ast.With():
            for at, item in enumerate(node.items):
                rest = [*node.items[:at], *node.items[at + 1 :]]
                if item.optional_vars is None:
                    yield (
                        ast.With(rest, node.body)
                        if rest
                        else ast.If(ast.Constant(value=True), node.body, [])
                    )
        case ast.ExceptHandler(type=ast.expr()):
            yield ast.ExceptHandler(node.type, node.name, [ast.Raise()])
        case _:
            return


def _name(node: ast.AST) -> str:
    return node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else ""


def _is_kept(parent: ast.AST, node: ast.AST) -> bool:
    """Docstrings, type arguments and the words of a message are no behaviour that tests judge."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.value) == "Literal"
    return isinstance(parent, ast.JoinedStr) and isinstance(node, ast.Constant)


def _is_truth(node: ast.expr) -> bool:
    """None instead of it says nothing new: it is as false as False, and for True there is that."""
    return isinstance(node, ast.Constant) and isinstance(node.value, bool | None)


def _shown(node: ast.AST) -> str:
    """The first line of a node's source, which distinguishes it from its neighbours."""
    return ast.unparse(node).strip().split("\n", 1)[0]
