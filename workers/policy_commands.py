"""``chat2sql datasource policy|check|rls``: who may see what of a datasource, and whether the database holds to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chat2sql.config.errors import InvalidInput
from chat2sql.config.settings import get_settings, resolve_secrets
from chat2sql.config.vocabulary import Bilingual, Dialect, Frozen
from chat2sql.engine.sql.guard.policy import Policy
from chat2sql.engine.sql.guard.policy_file import parse_policy
from chat2sql.engine.sql.rls import Finding, audit_role, row_level_security_sql
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.workers.console import OUT, plain, print_json
from chat2sql.workers.datasource_commands import AsJson, Name, read_policy, with_parts

if TYPE_CHECKING:
    from chat2sql.activities.parts import Parts


class Findings(Frozen):
    """What ``datasource check --json`` prints; none: the database holds to the policy."""

    findings: tuple[Finding, ...]


def policy(
    name: Name,
    file: Annotated[
        Path | None, typer.Option(help="Set this policy (docs/policy.md).", dir_okay=False)
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Go back to the open policy.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show or set who may see what of a datasource."""
    given = read_policy(file) if file else ""

    async def work(parts: Parts) -> Datasource:
        datasource = await parts.datasources.get(name)
        if file or clear:
            parse_policy(given, await parts.catalogue(datasource))
            await parts.datasources.set_policy(name, given)
        return await parts.datasources.get(name)

    datasource = with_parts(work)
    if as_json:
        print_json(parse_policy(datasource.policy).model_dump_json(indent=2))
    elif datasource.policy:
        OUT.print(plain(datasource.policy.rstrip()))
    else:
        _say(
            Bilingual(
                zh=f"{name}：没有策略。账号能读的都可以查询，看起来是个人信息的值会被掩码。",
                en=f"{name}: no policy. All that its role may read can be asked; values that look personal are masked.",
            )
        )


def check(name: Name, as_json: AsJson = False) -> None:
    """Check that the database itself holds to the policy: the role's rights, row-level security."""

    async def work(parts: Parts) -> tuple[Finding, ...]:
        datasource = await parts.datasources.get(name)
        catalogue = await parts.catalogue(datasource)
        held = parse_policy(datasource.policy, catalogue)
        if datasource.dialect is not Dialect.POSTGRESQL:
            return ()
        return await audit_role(resolve_secrets(datasource.dsn), held, catalogue)

    findings = with_parts(work)
    if as_json:
        print_json(Findings(findings=findings).model_dump_json(indent=2))
    for finding in () if as_json else findings:
        style = "red" if finding.severity == "error" else "yellow"
        OUT.print(plain(f"{finding.severity}  {finding.message.to(get_settings().language)}", style))
    if not findings and not as_json:
        _say(Bilingual(zh=f"{name}：没有发现问题。", en=f"{name}: nothing found."))
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def rls(name: Name, role: Annotated[str, typer.Option(help="The role of the datasource's DSN.")]) -> None:
    """Print the SQL with which the owner of a PostgreSQL database sets up row-level security."""

    async def work(parts: Parts) -> str:
        datasource = await parts.datasources.get(name)
        held: Policy = await parts.policy(datasource)
        if datasource.dialect is not Dialect.POSTGRESQL or held.tenants is None or held.tenants.by != "rls":
            raise InvalidInput(
                zh='只有策略中写有 [tenants] by = "rls" 的 PostgreSQL 数据源才需要。见 docs/policy.md。',
                en='This is for a PostgreSQL datasource whose policy has [tenants] by = "rls". See docs/policy.md.',
            )
        return row_level_security_sql(held, await parts.catalogue(datasource), role)

    typer.echo(with_parts(work))


def _say(text: Bilingual) -> None:
    OUT.print(plain(text.to(get_settings().language)))
