"""Names that a column's comment gives to several of the codes that it lists: 2/3/4统称到家, 5、6为电商."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chat2sql.engine.schema.codes import read_codes

_GROUP_OF_CODES = re.compile(
    r"(?<![A-Za-z0-9~～—至到非除了外含-])(?P<codes>(?:[A-Z0-9]{1,4}\s*[/、,，和及]\s*)+[A-Z0-9]{1,4})\s*(?:统称为?|合称为?|都?算作?|都?是|[均都]为|[均都]?属于?|归为|为|即)\s*"
    r"(?P<name>[㐀-鿿]{2,6}?)(?:类|渠道|订单|客户|会员)?(?=[；;，,。)）]|$)"
)


def groups_of_codes(comment: str) -> Iterator[tuple[str, str]]:
    """Each such name, and the codes as 2/3/4."""
    codes = {code.code for code in read_codes(comment)}
    for match in _GROUP_OF_CODES.finditer(comment):
        listed = re.findall(r"[A-Za-z0-9]+", match["codes"])
        if set(listed) < codes:
            yield match["name"], "/".join(listed)
