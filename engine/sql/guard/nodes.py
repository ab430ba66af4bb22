"""The kinds of syntax that a query may be made of. An allow-list: whatever is not in it, be it new in the parser or
strange to the database, does not run."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.guard.case import Case
from chat2sql.engine.sql.guard.problems import (
    Problem,
    ProblemKind,
    Severity,
    mendable,
    refused_access,
    refused_write,
)

QUERIES = (exp.Select, exp.SetOperation, exp.Subquery)
"""What may stand at the root and in a CTE."""

WRITES = (
    exp.DML, exp.DDL, exp.Drop, exp.Alter, exp.TruncateTable, exp.Into, exp.Comment, exp.LoadData, exp.Grant,
    exp.Revoke, exp.Returning, exp.Undrop, exp.MultitableInserts,
)  # fmt: skip
"""What changes data or tables."""

COMMANDS = (
    exp.Command, exp.Set, exp.Use, exp.Pragma, exp.Attach, exp.Detach, exp.Transaction, exp.Commit, exp.Rollback,
    exp.Kill, exp.Analyze, exp.Describe, exp.Show, exp.Execute, exp.ExecuteSql, exp.Declare, exp.Cache, exp.Uncache,
    exp.Refresh, exp.Install, exp.Block, exp.Export, exp.Put, exp.Get, exp.Connect, exp.ConnectTo, exp.Disconnect,
    exp.IfBlock, exp.WhileBlock, exp.LoopBlock, exp.RepeatBlock, exp.StoredProcedure, exp.Directory,
)  # fmt: skip
"""What does something else than reading."""

_QUERY_PARTS = frozenset({
    exp.Select, exp.Union, exp.Except, exp.Intersect, exp.Subquery, exp.With, exp.CTE, exp.TableAlias, exp.From,
    exp.Join, exp.Lateral, exp.Table, exp.Values, exp.Where, exp.Group, exp.Cube, exp.Rollup, exp.GroupingSets,
    exp.Having, exp.Qualify, exp.Order, exp.Ordered, exp.Limit, exp.LimitOptions, exp.Offset, exp.Fetch,
    exp.Distinct, exp.Window, exp.WindowSpec, exp.WithinGroup, exp.Filter, exp.IgnoreNulls, exp.RespectNulls,
})  # fmt: skip
_VALUES = frozenset({
    exp.Column, exp.Identifier, exp.Star, exp.Var, exp.Alias, exp.Literal, exp.Null, exp.Boolean, exp.BitString,
    exp.HexString, exp.ByteString, exp.RawString, exp.UnicodeString, exp.National, exp.Introducer, exp.Interval,
    exp.IntervalSpan, exp.Tuple, exp.Paren, exp.Dot, exp.Bracket, exp.Slice, exp.All, exp.Any, exp.Kwarg,
    exp.PropertyEQ, exp.CharacterSet, exp.DataType, exp.DataTypeParam, exp.ColumnDef,
})  # fmt: skip
_OPERATORS = frozenset({
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe, exp.BitwiseAnd, exp.BitwiseOr,
    exp.BitwiseXor, exp.BitwiseNot, exp.BitwiseLeftShift, exp.BitwiseRightShift, exp.EQ, exp.NEQ, exp.NullSafeEQ,
    exp.NullSafeNEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.Glob,
    exp.Match, exp.SimilarTo, exp.Escape, exp.Not, exp.AtTimeZone, exp.Overlaps, exp.ExtendsLeft, exp.ExtendsRight,
    exp.Adjacent, exp.Distance,
})  # fmt: skip
_JSON = frozenset({
    exp.JSON, exp.JSONKeyValue, exp.FormatJson, exp.JSONPath, exp.JSONPathKey, exp.JSONPathRoot, exp.JSONPathSubscript,
    exp.JSONPathWildcard, exp.JSONPathSlice, exp.JSONPathRecursive, exp.JSONPathUnion, exp.JSONPathSelector,
    exp.JSONValue,
})  # fmt: skip
_STRUCTURE = _QUERY_PARTS | _VALUES | _OPERATORS | _JSON

WRITTEN_WHOLE = (_STRUCTURE - _JSON - {exp.Lateral, exp.Values, exp.WithinGroup, exp.Qualify, exp.Interval}) | {
    exp.And, exp.Or, exp.Case, exp.If, exp.Exists, exp.Cast, exp.Coalesce, exp.Round, exp.Count, exp.Sum, exp.Avg,
    exp.Min, exp.Max, exp.Lower, exp.Upper, exp.RowNumber, exp.Anonymous,
}  # fmt: skip
"""What stays as it is when it is written; a test writes it twice. Of other parts the writer takes something away."""

_ONLY_IN: dict[type[exp.Expr], Dialect] = {exp.Lambda: Dialect.DUCKDB}

# Function nodes are judged by the words they are written with (functions.py); these are written without their name.
_UNNAMED_FUNCTIONS = (
    exp.NextValueFor, exp.Columns, exp.ConnectByRoot, exp.CurrentUser, exp.CurrentRole, exp.CurrentCatalog,
    exp.CurrentSchema, exp.SessionUser, exp.DynamicIdentifier,
)  # fmt: skip

_REFUSED_AS: dict[tuple[type[exp.Expr], ...], ProblemKind] = {
    COMMANDS: ProblemKind.COMMAND,
    _UNNAMED_FUNCTIONS: ProblemKind.FORBIDDEN_FUNCTION,
    (exp.ObjectIdentifier, exp.PseudoType): ProblemKind.FORBIDDEN_TYPE,
}


def unlisted(case: Case) -> list[Problem]:
    """A problem for each kind of part that is not listed; what is refused for good comes first."""
    problems = [
        _problem(nodes[0]) for kind, nodes in case.nodes.items() if not _is_listed(kind, case.dialect)
    ] + [
        refused_write(ProblemKind.WRITE, "A CTE may hold a query only.")
        for cte in case.each(exp.CTE)
        if not isinstance(cte.this, (*QUERIES, exp.Values))
    ]
    return sorted(problems, key=lambda problem: problem.severity is Severity.MENDABLE)


def _is_listed(kind: type[exp.Expr], dialect: Dialect) -> bool:
    if kind in _STRUCTURE or _ONLY_IN.get(kind) is dialect:
        return True
    return issubclass(kind, exp.Func) and not issubclass(kind, _UNNAMED_FUNCTIONS)


def _problem(node: exp.Expr) -> Problem:
    name = node.key.upper()
    if isinstance(node, WRITES):
        return refused_write(ProblemKind.WRITE, f"{name} is not allowed inside a query.")
    if isinstance(node, exp.Lock):
        return refused_write(ProblemKind.LOCK, "Locking rows (FOR UPDATE, FOR SHARE) is not allowed.")
    refused = next((kind for kinds, kind in _REFUSED_AS.items() if isinstance(node, kinds)), None)
    if refused is not None:
        named = node.name or name
        return refused_access(refused, f"{named} is not allowed inside a query.")
    if isinstance(node, (exp.Parameter, exp.SessionParameter, exp.Placeholder)):
        hint = "Write the values into the SQL."
        return mendable(ProblemKind.PARAMETER, "Placeholders and variables have no values here.", hint)
    message = f"{name} is not among the SQL that may be used here."
    return mendable(ProblemKind.FORBIDDEN_SYNTAX, message, "Write it as plain SQL.")
